"""distinct-1: how many of the tokens of an answer are different ones."""

from typing import ClassVar

import numpy as np

from tunesmith.answers import Answers
from tunesmith.metrics.columns import tokens_of
from tunesmith.metrics.metric import Metric
from tunesmith.metrics.overlap import distinct
from tunesmith.stats.resample import Floats


class Distinct1(Metric):
    """Different tokens of each answer, summed, over all tokens; Chinese by character.

    Departs from its source, which counts the different n-grams of all answers together: that
    number is no sum over rows, falls with the size of the test set and is biased on resampled
    rows, which repeat rows. Here an n-gram is different once in every answer. Of one answer the
    two are the same. 0 where no answer has an n-gram.

    Source: Li et al. 2016, https://aclanthology.org/N16-1014.
    """

    name = "distinct_1"
    title = "Distinct-1"
    inputs = ("predictions",)
    order: ClassVar[int] = 1  # of the n-grams that are counted

    def statistics(self, answers: Answers) -> Floats:
        """Return (N, 2): different n-grams of each answer, and all of them."""
        side = tokens_of(tuple(answers.predictions)).side
        columns = [distinct(side, self.order), side.counts(self.order)]
        return np.stack(columns, axis=1).astype(np.float64)

    def finish(self, totals: Floats) -> Floats:
        """Return the share of different ones."""
        share: Floats = totals[..., 0] / np.maximum(totals[..., 1], 1)
        return share
