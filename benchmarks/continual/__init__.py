"""Five tasks one after another, in every way of not forgetting: what is left of each."""
