"""Bootstrap of sums: a metric of resampled rows needs only the sums of its row statistics."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

CELLS = 2_000_000  # of the weight matrix that is in memory at once
GRAIN = 2.0**-30  # sums of its multiples are exact, so they are the same in any order of adding
COLLAPSE = 8  # rows with fewer than 1/8 distinct ones are drawn as counts of the distinct ones


def bootstrap_totals(
    tables: Sequence[Floats], resamples: int, rng: np.random.Generator
) -> list[Floats]:
    """Sum the rows of each table over `resamples` draws of N rows with replacement.

    Tables of few distinct rows (labels, right or wrong) are drawn as one multinomial over the
    distinct rows, the same distribution for a fraction of the work. Statistics are rounded to
    1e-9, so that the totals do not depend on how a machine orders its additions.

    Args:
        tables: each (N, K): one line of sufficient statistics for each of the same N rows; what
            is to be compared in pairs must be columns of one table.
        resamples: B.
        rng: the source of chance.

    Returns:
        For each table, its totals (B, K).

    Raises:
        ValueError: there is no row.
    """
    if not tables or len(tables[0]) == 0:
        raise ValueError("no row to draw from")
    grained = [np.round(table / GRAIN) * GRAIN for table in tables]
    collapsed = [_distinct(table) for table in grained]
    wide = [table for table, few in zip(grained, collapsed, strict=True) if few is None]
    drawn = iter(_weighted(wide, resamples, rng))
    return [next(drawn) if few is None else _multinomial(*few, resamples, rng) for few in collapsed]


def _distinct(table: Floats) -> tuple[Floats, NDArray[np.int64]] | None:
    """Return the distinct rows and how often each occurs, or None when they are many."""
    most = max(len(table) // COLLAPSE, 8)
    if len(np.unique(table[: 2 * most], axis=0)) > most:
        return None
    rows, counts = np.unique(table, axis=0, return_counts=True)
    return (rows, counts) if len(rows) <= most else None


def _multinomial(
    rows: Floats, counts: NDArray[np.int64], resamples: int, rng: np.random.Generator
) -> Floats:
    """Return totals (B, K) of draws of the distinct rows."""
    size = counts.sum()
    return rng.multinomial(size, counts / size, resamples) @ rows


def _weighted(tables: list[Floats], resamples: int, rng: np.random.Generator) -> list[Floats]:
    """Return totals (B, K) of each table; all tables see the same draws."""
    if not tables:
        return []
    size = len(tables[0])
    columns = np.hstack(tables)
    step = max(1, CELLS // size)
    parts = [
        _weights(min(step, resamples - start), size, rng) @ columns
        for start in range(0, resamples, step)
    ]
    ends = np.cumsum([table.shape[1] for table in tables])
    return np.split(np.vstack(parts), ends[:-1], axis=1)


def _weights(draws: int, size: int, rng: np.random.Generator) -> Floats:
    """Return how often each of `size` rows is drawn, in each draw: (draws, size)."""
    picks = rng.integers(size, size=(draws, size), dtype=np.int64)
    picks += np.arange(draws)[:, None] * size
    counts = np.bincount(picks.ravel(), minlength=draws * size)
    return counts.reshape(draws, size).astype(np.float64)
