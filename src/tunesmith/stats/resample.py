"""Bootstrap of sums: a metric of resampled rows needs only the sums of its row statistics."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

CELLS = 2_000_000  # of the weight matrix that is in memory at once
CACHED = 32_768  # of its cells are drawn at once: what the processor's cache holds
GRAIN = 2.0**-30  # sums of its multiples are exact, so they are the same in any order of adding
SPARSE = 8  # columns with fewer than 1/8 of rows other than 0 are summed over those
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
    grained = [_grained(table) for table in tables]
    collapsed = [_distinct(table) for table in grained]
    wide = [table for table, few in zip(grained, collapsed, strict=True) if few is None]
    drawn = iter(_weighted(wide, resamples, rng))
    return [next(drawn) if few is None else _multinomial(*few, resamples, rng) for few in collapsed]


def _grained(table: Floats) -> Floats:
    """Return the table in multiples of the grain."""
    table = table / GRAIN
    np.round(table, out=table)
    table *= GRAIN
    return table


def _distinct(table: Floats) -> tuple[Floats, NDArray[np.int64]] | None:
    """Return the distinct rows and how often each occurs, or None when they are many."""
    most = max(len(table) // COLLAPSE, 8)
    if len(np.unique(_hashes(table[: 2 * most]))) > most:
        return None
    _, firsts, counts = np.unique(_hashes(table), return_index=True, return_counts=True)
    if len(firsts) > most:
        return None
    rows, order = np.unique(table[firsts], axis=0, return_index=True)
    return rows, counts[order]


def _hashes(table: Floats) -> NDArray[np.uint64]:
    """Return (N,) a number for each row: the same for the same row, which sorts faster than it.

    Two different rows of a million have the same one with probability 1e-7.
    """
    factors = np.random.default_rng(0).integers(2**63, size=table.shape[1], dtype=np.uint64)
    bits = (table + 0.0).view(np.uint64)  # -0.0 becomes 0.0
    bits ^= bits >> np.uint64(32)
    bits *= np.uint64(0x9E3779B97F4A7C15)
    bits ^= bits >> np.uint64(32)
    return bits @ (2 * factors + 1)


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
    summed = _summed(tables)
    step = max(1, CELLS // size)
    parts = [
        summed(_weights(min(step, resamples - start), size, rng))
        for start in range(0, resamples, step)
    ]
    ends = np.cumsum([table.shape[1] for table in tables])
    return np.split(np.vstack(parts), ends[:-1], axis=1)


def _summed(tables: list[Floats]) -> Callable[[Floats], Floats]:
    """Return the function from weights (B, N) to totals (B, K) of all tables' columns together.

    Columns that are mostly 0, such as one of many labels, are summed over their other rows only.
    """
    rows = len(tables[0])
    few = [np.count_nonzero(table, axis=0) * SPARSE < rows for table in tables]
    full = np.hstack([table[:, ~own] for table, own in zip(tables, few, strict=True)])
    mostly_0 = np.concatenate(few)
    if not mostly_0.any():
        return lambda weights: weights @ full
    from scipy.sparse import csc_array, hstack

    parts = zip(tables, few, strict=True)
    sparse = hstack([csc_array(table)[:, own] for table, own in parts if own.any()], "csc").T

    def summed(weights: Floats) -> Floats:
        totals = np.empty((len(weights), len(mostly_0)))
        totals[:, ~mostly_0] = weights @ full
        totals[:, mostly_0] = (sparse @ np.ascontiguousarray(weights.T)).T
        return totals

    return summed


def _weights(draws: int, size: int, rng: np.random.Generator) -> Floats:
    """Return how often each of `size` rows is drawn, in each draw: (draws, size)."""
    weights = np.empty((draws, size))
    step = max(1, CACHED // size)
    for start in range(0, draws, step):
        part = weights[start : start + step]
        picks = rng.integers(size, size=part.shape, dtype=np.int64)
        picks += np.arange(len(part))[:, None] * size
        part[:] = np.bincount(picks.ravel(), minlength=part.size).reshape(part.shape)
    return weights
