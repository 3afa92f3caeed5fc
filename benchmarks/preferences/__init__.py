"""Every preference objective at one budget, on pairs that people and models have made."""
