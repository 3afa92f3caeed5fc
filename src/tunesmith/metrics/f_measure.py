"""The F-measure of what two texts share, and what it is where there is nothing to share."""

import numpy as np

from tunesmith.answers import Answers
from tunesmith.metrics.overlap import Ints
from tunesmith.metrics.tokens import trimmed
from tunesmith.stats.resample import Floats


def f_measure(shared: Ints, predicted: Ints, expected: Ints, answers: Answers) -> Floats:
    """Return (N,) the harmonic mean of precision and recall of each row, from 0 to 1.

    Args:
        shared: units (tokens, n-grams) that both texts have.
        predicted: units of the prediction.
        expected: units of the reference.
        answers: the texts; where one has no unit at all, they score 1 when equal, otherwise 0.
    """
    score: Floats = 2 * shared / np.maximum(predicted + expected, 1)
    for row in np.flatnonzero((predicted == 0) | (expected == 0)).tolist():
        same = trimmed(answers.predictions[row]) == trimmed(answers.references[row])
        score[row] = float(same)
    return score
