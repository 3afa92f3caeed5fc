"""The interval of a quantile, whatever the shape of what was measured."""

import math
from collections.abc import Sequence


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
    ordered, n, tail = sorted(values), len(values), (1 - confidence) / 2
    below = [_binomial(n, k, share) for k in range(n + 1)]
    lower = max((k for k in range(1, n + 1) if math.fsum(below[:k]) <= tail), default=None)
    upper = min((k for k in range(1, n + 1) if math.fsum(below[k:]) <= tail), default=None)
    return (
        -math.inf if lower is None else ordered[lower - 1],
        math.inf if upper is None else ordered[upper - 1],
    )


def fewest_for_upper(share: float, confidence: float) -> int:
    """Return how many values it takes for the interval of a quantile to have an upper end."""
    return math.ceil(math.log((1 - confidence) / 2) / math.log(share))


def _binomial(n: int, k: int, share: float) -> float:
    """Return the probability that exactly k of n values lie below."""
    return math.comb(n, k) * share**k * (1 - share) ** (n - k)
