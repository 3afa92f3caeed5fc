"""ROUGE-Lsum: ROUGE-L for answers of several sentences, whose order does not matter."""

import numpy as np

from tunesmith.answers import Answers
from tunesmith.metrics.columns import tokens_of
from tunesmith.metrics.f_measure import f_measure
from tunesmith.metrics.metric import RowMean
from tunesmith.metrics.overlap import Side, matches
from tunesmith.metrics.union_lcs import union_lcs
from tunesmith.stats.resample import Floats


class RougeLsum(RowMean):
    """F-measure of the reference tokens on a common subsequence with any predicted sentence.

    A sentence ends with its line, with 。！？!? and with a full stop before white space.

    Source: section 3.2 of Lin 2004, https://aclanthology.org/W04-1013. Equal to rouge_score
    0.1.2's rougeLsum with the same tokens and one sentence a line. Texts without any token score
    1 when equal, otherwise 0.
    """

    name = "rouge_lsum"
    title = "ROUGE-Lsum"

    def scores(self, answers: Answers) -> Floats:
        """Return (N,) from 0 to 1."""
        predicted = tokens_of(tuple(answers.predictions))
        expected = tokens_of(tuple(answers.references))
        marked = union_lcs(predicted, expected)
        rows = np.repeat(np.arange(len(answers)), expected.side.lengths)[marked]
        union = Side(np.bincount(rows, minlength=len(answers)), expected.side.symbols[marked])
        shared = matches(predicted.side, union, 1)[:, 0]  # a predicted token counts once
        return f_measure(shared, predicted.side.lengths, expected.side.lengths, answers)
