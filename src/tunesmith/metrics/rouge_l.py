"""ROUGE-L: the longest run of tokens, gaps allowed, that prediction and reference share."""

from tunesmith.metrics.metric import RowMean
from tunesmith.metrics.tokens import tokens, trimmed


class RougeL(RowMean):
    """F-measure of the longest common subsequence of tokens; Chinese by character.

    Source: Lin 2004, https://aclanthology.org/W04-1013. Equal to rouge_score 0.1.2 with the same
    tokens and no stemming, computed by rapidfuzz's bit-parallel search. Texts without any token
    score 1 when equal, otherwise 0.
    """

    name = "rouge_l"
    title = "ROUGE-L"

    def score_row(self, prediction: str, reference: str) -> float:
        """Return a number from 0 to 1."""
        from rapidfuzz.distance import LCSseq

        predicted, expected = tokens(prediction), tokens(reference)
        if not predicted or not expected:
            return float(trimmed(prediction) == trimmed(reference))
        return 2 * LCSseq.similarity(predicted, expected) / (len(predicted) + len(expected))
