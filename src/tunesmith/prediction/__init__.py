"""The GPU half of evaluation: answers and probabilities of one model on the frozen rows."""
