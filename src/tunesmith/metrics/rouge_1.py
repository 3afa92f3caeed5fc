"""ROUGE-1: overlap of single tokens."""

from tunesmith.metrics.token_f1 import TokenF1


class Rouge1(TokenF1):
    """F-measure of the tokens that prediction and reference share.

    Source: Lin 2004, https://aclanthology.org/W04-1013. With one reference and no stemming its
    F-measure is the token F1; it has a name of its own because the field reports it as such.
    Equal to rouge_score 0.1.2 with the same tokens.
    """

    name = "rouge_1"
    title = "ROUGE-1"
