"""Which labels are errors by confident learning (https://arxiv.org/abs/1911.00068), as in cleanlab.

cleanlab itself takes three seconds to import; what is asked of it most often is a few lines.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Labels: TypeAlias = NDArray[np.int64]

LEAST = 2 * 1e-6  # no label's threshold is lower (cleanlab's CONFIDENT_THRESHOLDS_LOWER_BOUND)
ROUNDING = 1e-6  # cleanlab's FLOATING_POINT_COMPARISON


def confident_errors(given: Labels, chances: Floats) -> NDArray[np.bool_]:
    """Return, for each row, what `cleanlab.filter.find_label_issues` does by confident learning.

    A label is an error if the row is confidently of another: its probability of that one is as
    high as the mean of the rows that are labelled so, and, of several such, the highest.

    Args:
        given: the label of each row, from 0 on; every label has a row.
        chances: (n, labels), the probability of each label by a model that never saw the row.
    """
    labels = range(chances.shape[1])
    means = np.array([np.mean(chances[given == label, label]) for label in labels])
    confident = chances >= np.maximum(means, LEAST) - ROUNDING
    count = confident.sum(axis=1)
    guess = np.where(count > 1, chances.argmax(axis=1), confident.argmax(axis=1))
    own = chances.copy()
    own[np.arange(len(given)), given] += ROUNDING
    errors: NDArray[np.bool_] = (count > 0) & (guess != given) & (own.argmax(axis=1) != given)
    return errors
