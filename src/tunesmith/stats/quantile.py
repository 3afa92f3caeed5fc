"""The interval of a quantile, whatever the shape of what was measured."""

import math
from collections.abc import Sequence

import numpy as np


def quantile_interval(
    values: Sequence[float], share: float, confidence: float
) -> tuple[float, float]:
    """Return two of the values that hold the quantile between them with at least the confidence.

    How many of n values lie below the quantile is binomial, so no shape is assumed. Where the
    values are too few for a bound on a side, it is infinite: 95 % of sixteen requests say nothing
    of what the slowest in twenty take.

    Args:
        values: drawn independently, at least one.
        share: of all values that lie below the quantile, in (0, 1).
        confidence: in (0, 1); half of what it leaves out lies beyond each end.

    Source: distribution-free intervals from order statistics, section 7.1 of David and Nagaraja,
    Order Statistics, 2003.
    """
    from scipy.stats import binom

    tail, below = (1 - confidence) / 2, np.arange(len(values))
    lower = np.count_nonzero(binom.cdf(below, len(values), share) <= tail)
    upper = np.count_nonzero(binom.sf(below, len(values), share) > tail) + 1
    ordered = [-math.inf, *sorted(values), math.inf]
    return ordered[lower], ordered[upper]


def fewest_for_upper(share: float, confidence: float) -> int:
    """Return how many values it takes for the interval of a quantile to have an upper end."""
    return math.ceil(math.log((1 - confidence) / 2) / math.log(share))
