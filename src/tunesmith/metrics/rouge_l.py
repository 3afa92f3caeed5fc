"""ROUGE-L: the longest run of tokens, gaps allowed, that prediction and reference share."""

import numpy as np

from tunesmith.answers import Answers
from tunesmith.metrics.columns import tokens_of
from tunesmith.metrics.f_measure import f_measure
from tunesmith.metrics.metric import RowMean
from tunesmith.stats.resample import Floats


class RougeL(RowMean):
    """F-measure of the longest common subsequence of tokens; Chinese by character.

    Source: Lin 2004, https://aclanthology.org/W04-1013. Equal to rouge_score 0.1.2 with the same
    tokens and no stemming, computed by rapidfuzz's bit-parallel search. Texts without any token
    score 1 when equal, otherwise 0.
    """

    name = "rouge_l"
    title = "ROUGE-L"

    def scores(self, answers: Answers) -> Floats:
        """Return (N,) from 0 to 1."""
        from rapidfuzz.distance import LCSseq

        predicted = tokens_of(tuple(answers.predictions)).side
        expected = tokens_of(tuple(answers.references)).side
        pairs = zip(predicted.texts(), expected.texts(), strict=True)
        shared = np.array([LCSseq.similarity(*pair) for pair in pairs], dtype=np.int64)
        return f_measure(shared, predicted.lengths, expected.lengths, answers)
