"""How far several people agree beyond chance: Cohen's kappa and Krippendorff's alpha."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np

from tunesmith.stats.resample import Floats, bootstrap_totals
from tunesmith.stats.score import Score, score_from_draws

Level: TypeAlias = Literal["nominal", "ordinal", "interval"]


def cohen_kappa(first: Sequence[str], second: Sequence[str]) -> float | None:
    """Return the agreement of two people beyond that of their own habits.

    Args:
        first: the category that the first person gave each of N items.
        second: those of the second, of the same items.

    Returns:
        kappa, at most 1 (always the same), 0 at the agreement of chance; None where both gave
        one and the same category throughout, which leaves nothing to be explained.

    Raises:
        ValueError: no item, or not the same number of them.

    Source: Cohen 1960, https://doi.org/10.1177/001316446002000104.
    """
    if not first or len(first) != len(second):
        raise ValueError(f"{len(first)} and {len(second)} items: both rate the same, at least one")
    names = sorted({*first, *second})
    shares = [np.array([list(one).count(name) for name in names]) for one in (first, second)]
    expected = float(shares[0] @ shares[1]) / len(first) ** 2
    observed = sum(a == b for a, b in zip(first, second, strict=True)) / len(first)
    return None if expected == 1 else (observed - expected) / (1 - expected)


def krippendorff_alpha(ratings: Floats, level: Level) -> float | None:
    """Return the agreement of any number of people, of whom each may have left units out.

    Args:
        ratings: (people, units) numbers; NaN where a person did not rate. A unit that fewer than
            two rated says nothing.
        level: nominal (categories by number), ordinal (ranks) or interval (distances count).

    Returns:
        alpha, at most 1; 0 at the agreement of chance. None where no two people rated a unit, or
        all gave one and the same value.

    Source: Krippendorff 2011, Computing Krippendorff's Alpha-Reliability,
    https://repository.upenn.edu/asc_papers/43.
    """
    return _alpha(*_coincidences(ratings), level)


def alpha_score(
    ratings: Floats, level: Level, resamples: int, confidence: float, rng: np.random.Generator
) -> Score | None:
    """Return alpha with the interval of a bootstrap over units, widened as few units ask for.

    Draws in which everybody gave one value have no alpha and are left out. `n` counts the units
    that at least two people rated.
    """
    units, values = _coincidences(ratings)
    alpha = _alpha(units, values, level)
    if alpha is None:
        return None
    size = len(values)
    [totals] = bootstrap_totals([units.reshape(len(units), size * size)], resamples, rng)
    draws = _alphas(totals.reshape(-1, size, size), values, level)
    return score_from_draws(alpha, draws[~np.isnan(draws)], len(units), confidence)


def _coincidences(ratings: Floats) -> tuple[Floats, Floats]:
    """Return, for each unit with two ratings or more, its pairs of values, and the values.

    Returns:
        (units, V, V): how often value c met value k in a unit of m ratings, each pair counting
        1 / (m - 1); and the V values in ascending order.
    """
    values = np.unique(ratings[~np.isnan(ratings)])
    counts = (ratings[:, :, None] == values).sum(axis=0).astype(np.float64)  # units, V
    counts = counts[counts.sum(axis=1) >= 2]
    pairs = counts[:, :, None] * counts[:, None, :]
    pairs[:, range(len(values)), range(len(values))] -= counts
    return pairs / (counts.sum(axis=1) - 1)[:, None, None], values


def _alpha(units: Floats, values: Floats, level: Level) -> float | None:
    """Return alpha of all units (units, V, V) together; None where there is none."""
    alpha = float(_alphas(units.sum(axis=0)[None], values, level)[0])
    return None if np.isnan(alpha) else alpha


def _alphas(coincidences: Floats, values: Floats, level: Level) -> Floats:
    """Return alpha for each of B coincidence matrices (B, V, V); NaN where there is none."""
    totals = coincidences.sum(axis=2)
    distances = _distances(totals, values, level)
    n = totals.sum(axis=1)
    observed = (coincidences * distances).sum(axis=(1, 2))
    expected = (totals[:, :, None] * totals[:, None, :] * distances).sum(axis=(1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        alphas: Floats = 1 - (n - 1) * observed / expected
    alphas[expected <= 0] = np.nan
    return alphas


def _distances(totals: Floats, values: Floats, level: Level) -> Floats:
    """Return the squared difference of every two values: (B, V, V), or (1, V, V)."""
    if level == "nominal":
        return 1 - np.eye(len(values))[None]
    places = values[None] if level == "interval" else np.cumsum(totals, axis=1) - totals / 2
    gaps: Floats = (places[:, :, None] - places[:, None, :]) ** 2
    return gaps
