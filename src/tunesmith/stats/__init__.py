"""Statistics that the metrics, the analysis and the gate share."""
