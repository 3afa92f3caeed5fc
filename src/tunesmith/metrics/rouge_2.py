"""ROUGE-2: overlap of pairs of neighbouring tokens."""

from tunesmith.metrics.token_f1 import TokenF1


class Rouge2(TokenF1):
    """F-measure of the bigrams that prediction and reference share; Chinese by character.

    Source: Lin 2004, https://aclanthology.org/W04-1013. Equal to rouge_score 0.1.2 with the same
    tokens, but for texts of fewer than two tokens, which have no bigram: they score 1 when equal
    to the other text, otherwise 0, so that a right answer of one word is not wrong.
    """

    name = "rouge_2"
    title = "ROUGE-2"
    order = 2
