"""One training run: a phase of params.yaml, from its rows to the weights of models/<phase>."""
