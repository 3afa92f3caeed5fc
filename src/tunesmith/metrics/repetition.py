"""How much of an answer repeats itself: models that loop do."""

import numpy as np

from tunesmith.answers import Answers
from tunesmith.metrics.columns import tokens_of
from tunesmith.metrics.metric import RowMean
from tunesmith.metrics.overlap import distinct
from tunesmith.stats.resample import Floats

ORDER = 4


class Repetition(RowMean):
    """Share of an answer's runs of four tokens that stood in it before; the mean over answers.

    Chinese by character. An answer shorter than that repeats nothing: 0.

    Source: seq-rep-4 of Welleck et al. 2020, https://arxiv.org/abs/1908.04319.
    """

    name = "repetition"
    title = "Repetition"
    higher_is_better = False
    inputs = ("predictions",)

    def scores(self, answers: Answers) -> Floats:
        """Return (N,) from 0 to 1."""
        side = tokens_of(tuple(answers.predictions)).side
        grams = side.counts(ORDER)
        repeated: Floats = (grams - distinct(side, ORDER)) / np.maximum(grams, 1)
        return repeated
