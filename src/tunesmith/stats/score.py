"""A measured value that never goes without its uncertainty."""

import math
from dataclasses import asdict, dataclass
from statistics import NormalDist
from typing import Any, TypeAlias

import numpy as np

from tunesmith.stats.resample import Floats

LEVELS = (0.8, 0.9, 0.95, 0.99)  # the confidences that a later stage may ask for
Intervals: TypeAlias = dict[str, tuple[float, float]]  # confidence → low, high


@dataclass(frozen=True)
class Score:
    """A value, its standard error, interval and rows, and the interval at every level."""

    value: float
    stderr: float
    low: float
    high: float
    n: int
    intervals: Intervals

    def as_dict(self) -> dict[str, float]:
        """Return the five numbers by name."""
        parts = asdict(self)
        del parts["intervals"]
        return parts

    def with_intervals(self) -> dict[str, Any]:
        """Return all parts by name."""
        return asdict(self)


def score_from_draws(value: float, draws: Floats, n: int, confidence: float) -> Score:
    """Return a score with the interval of its bootstrap draws."""
    low, high = expanded_interval(draws, confidence, n)
    intervals = expanded_intervals(draws, n)
    return Score(float(value), float(draws.std(ddof=1)), low, high, n, intervals)


def expanded_intervals(draws: Floats, n: int) -> Intervals:
    """Return the expanded interval of each level."""
    tails = [_tail(level, n) for level in LEVELS]
    lows, highs = np.quantile(draws, [tails, [1 - tail for tail in tails]])
    return {
        str(level): (float(low), float(high))
        for level, low, high in zip(LEVELS, lows, highs, strict=True)
    }


def expanded_interval(draws: Floats, confidence: float, n: int) -> tuple[float, float]:
    """Return the percentile interval of bootstrap draws, widened as few rows ask for.

    Draws of n rows vary less than they should by sqrt((n - 1) / n), and n rows know their own
    spread only as Student's t does: of 50 rows, the plain percentile interval misses a fifth more
    often than it says. Without a second row the draws' whole range is returned.

    Args:
        draws: (B,) values of resamples.
        confidence: of the interval.
        n: rows that were drawn from.

    Source: the expanded percentile interval, section 3.4 of Hesterberg 2015,
    https://doi.org/10.1080/00031305.2015.1089789.
    """
    tail = _tail(confidence, n)
    low, high = np.quantile(draws, [tail, 1 - tail])
    return float(low), float(high)


def _tail(confidence: float, n: int) -> float:
    """Return the share of draws that lie beyond each end of the expanded interval."""
    if n < 2:
        return 0.0
    reach = np.sqrt(n / (n - 1)) * student_t((1 + confidence) / 2, n - 1)
    return NormalDist().cdf(-reach)


def student_t(share: float, freedom: int) -> float:
    """Return the quantile of Student's t, to 1 % from 4 degrees of freedom on.

    Source: 26.7.5 of Abramowitz and Stegun, Handbook of Mathematical Functions.
    """
    z = NormalDist().inv_cdf(share)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return math.fsum(term / freedom**power for power, term in enumerate(terms))


def proportion(hits: float, n: int, confidence: float) -> Score:
    """Return the score of a share of rows, with Wilson's interval.

    Unlike the bootstrap, it does not claim certainty when all rows are right or all wrong.

    Raises:
        ValueError: there is no row.

    Source: Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953.
    """
    if n == 0:
        raise ValueError("no row: a share of nothing is not 0")
    share = float(hits) / n
    low, high = _wilson(share, n, confidence)
    intervals = {str(level): _wilson(share, n, level) for level in LEVELS}
    return Score(share, float(np.sqrt(share * (1 - share) / n)), low, high, n, intervals)


def _wilson(share: float, n: int, confidence: float) -> tuple[float, float]:
    """Return Wilson's interval."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low = min(max(centre - reach, 0.0), share)
    high = max(min(centre + reach, 1.0), share)
    return float(low), float(high)
