"""Overlap of the tokens of prediction and reference, order aside."""

from collections import Counter

from tunesmith.metrics.metric import RowMean
from tunesmith.metrics.tokens import tokens, trimmed


class TokenF1(RowMean):
    """Harmonic mean of token precision and recall; Chinese by character.

    Source: SQuAD's F1, https://arxiv.org/abs/1606.05250. Departs from its script in that
    articles stay, and that Chinese is split into characters. Texts without any token (emoji,
    punctuation) score 1 when equal, otherwise 0.
    """

    name = "token_f1"
    title = "Token F1"

    def score_row(self, prediction: str, reference: str) -> float:
        """Return a number from 0 to 1."""
        predicted, expected = tokens(prediction), tokens(reference)
        if not predicted or not expected:
            return float(trimmed(prediction) == trimmed(reference))
        common = (Counter(predicted) & Counter(expected)).total()
        return 2 * common / (len(predicted) + len(expected))
