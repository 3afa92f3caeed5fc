"""Overlap of the tokens of prediction and reference, order aside."""

from typing import ClassVar

from tunesmith.answers import Answers
from tunesmith.metrics.columns import tokens_of
from tunesmith.metrics.f_measure import f_measure
from tunesmith.metrics.metric import RowMean
from tunesmith.metrics.overlap import matches
from tunesmith.stats.resample import Floats


class TokenF1(RowMean):
    """Harmonic mean of token precision and recall; Chinese by character.

    Source: SQuAD's F1, https://arxiv.org/abs/1606.05250. Departs from its script in that
    articles stay, and that Chinese is split into characters. Texts without any token (emoji,
    punctuation) score 1 when equal, otherwise 0.
    """

    name = "token_f1"
    title = "Token F1"
    order: ClassVar[int] = 1  # of the n-grams that are compared

    def scores(self, answers: Answers) -> Floats:
        """Return (N,) from 0 to 1."""
        predicted = tokens_of(tuple(answers.predictions)).side
        expected = tokens_of(tuple(answers.references)).side
        shared = matches(predicted, expected, self.order)[:, -1]
        counts = predicted.counts(self.order), expected.counts(self.order)
        return f_measure(shared, *counts, answers)
