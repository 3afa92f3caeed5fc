"""Tokens that the model wrote for each token of the references."""

import numpy as np

from tunesmith.answers import Answers
from tunesmith.metrics.columns import tokens_of
from tunesmith.metrics.metric import Metric
from tunesmith.stats.resample import Floats


class LengthRatio(Metric):
    """Sum of predicted tokens over sum of reference tokens; 1 is as long as the references.

    References without any token count as one token, so the ratio exists.
    """

    name = "length_ratio"
    title = "Length ratio"
    higher_is_better = None
    scale = None

    def statistics(self, answers: Answers) -> Floats:
        """Return (N, 2): tokens of prediction and of reference."""
        predicted = tokens_of(tuple(answers.predictions)).side.lengths
        expected = np.maximum(tokens_of(tuple(answers.references)).side.lengths, 1)
        return np.stack([predicted, expected], axis=1).astype(np.float64)

    def finish(self, totals: Floats) -> Floats:
        """Return the ratio."""
        ratio: Floats = totals[..., 0] / totals[..., 1]
        return ratio
