"""The difference of two models on the same rows."""

import math
from dataclasses import asdict, dataclass
from statistics import NormalDist
from typing import Any

from tunesmith.stats.resample import Floats
from tunesmith.stats.score import Intervals, expanded_interval, expanded_intervals


@dataclass(frozen=True)
class Difference:
    """First minus second: value, interval, two-sided p, rows, and the interval at every level."""

    value: float
    low: float
    high: float
    p: float
    n: int
    intervals: Intervals

    def as_dict(self) -> dict[str, Any]:
        """Return the parts by name; the value is called `difference`."""
        parts = asdict(self)
        return {"difference": parts.pop("value"), **parts}


def paired_difference(
    first: float,
    second: float,
    first_draws: Floats,
    second_draws: Floats,
    n: int,
    confidence: float,
    p: float | None = None,
) -> Difference:
    """Return the difference of two values with its paired bootstrap interval.

    Args:
        first: the value of the first model on all rows.
        second: the value of the second.
        first_draws: B values of the first model on resampled rows.
        second_draws: B values of the second on the very same draws.
        n: rows.
        confidence: of `low` and `high`.
        p: an exact p-value to report instead of the largest of the bootstrap's, Student's, and
            the smallest that so few rows can give.

    Source: paired bootstrap, Koehn 2004, https://aclanthology.org/W04-3250.
    """
    draws = first_draws - second_draws
    low, high = expanded_interval(draws, confidence, n)
    if p is None:
        p = max(bootstrap_p(draws), student_p(float(first - second), draws, n), smallest_p(n))
    return Difference(float(first - second), low, high, p, n, expanded_intervals(draws, n))


def smallest_p(n: int) -> float:
    """Return the smallest two-sided p-value of n rows whose differences might have either sign.

    That of the sign-flip test when all rows differ the same way. Draws that do not vary, of a few
    rows that are all right against all wrong, know nothing of their own uncertainty.
    """
    return min(1.0, 2.0 ** (1 - n))


def student_p(difference: float, draws: Floats, n: int) -> float:
    """Return the two-sided p-value of a difference over its bootstrap standard error.

    Student's t with n - 1 degrees of freedom, which few rows ask for; 1 of a single row.

    Source: the normal approximation of Wallace 1959, https://doi.org/10.1214/aoms/1177706072.
    """
    freedom = n - 1
    spread = float(draws.std(ddof=1))
    if freedom < 1 or spread == 0.0:
        return 1.0 if freedom < 1 or difference == 0 else 0.0
    t = difference / (spread * math.sqrt(n / freedom))
    z = (8 * freedom + 1) / (8 * freedom + 3) * math.sqrt(freedom * math.log1p(t * t / freedom))
    return 2 * NormalDist().cdf(-z)


def bootstrap_p(draws: Floats) -> float:
    """Return the two-sided p-value of a difference: twice the share of draws across zero.

    One is added to both counts, so the result is never 0 and at most 1.
    """
    below, above = int((draws <= 0).sum()), int((draws >= 0).sum())
    return min(1.0, 2 * (min(below, above) + 1) / (len(draws) + 1))
