"""The CPU half of evaluation: scores of every set, comparisons, and what pins both down."""
