"""Many subsets tried at once: how far below the rest the worst of them falls by chance alone."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tunesmith.stats.evidence import Evidence
from tunesmith.stats.resample import Floats

TIE = 1e-4  # evidence that near is equal: sums are in single precision
CELLS = 4_000_000  # of (subsets, shuffles) in memory at once


class Chance(NamedTuple):
    """What shuffled values give.

    Attributes:
        highest: (B,), the greatest evidence of any subset in each shuffle.
        reached: (M,), in how many shuffles each subset alone has at least its own evidence.
    """

    highest: Floats
    reached: NDArray[np.int64]


def shuffled(
    members: Any,
    values: Floats,
    strata: NDArray[np.int64],
    observed: Floats,
    shuffles: int,
    rng: np.random.Generator,
) -> Chance:
    """Shuffle the values within each stratum and look at every subset each time.

    Args:
        members: which rows each subset has, a float32 CSR matrix (M, N) of ones.
        values: (N,), with mean 0 in each stratum.
        strata: (N,), the stratum of each row.
        observed: (M,), the evidence of the subsets as they are.
        shuffles: B.
        rng: of the shuffles.
    """
    evidence = Evidence(values)
    sizes = np.asarray(members.sum(axis=1)).ravel().astype(float)
    step = max(1, CELLS // max(len(sizes), len(values)))
    groups = [np.flatnonzero(strata == one) for one in np.unique(strata)]
    highest, reached = [], np.zeros(len(sizes), dtype=np.int64)
    for start in range(0, shuffles, step):
        count = min(step, shuffles - start)
        drawn = np.empty((len(values), count), dtype=np.float32)
        for rows in groups:
            block = np.tile(values[rows, None], (1, count))
            drawn[rows] = rng.permuted(block, axis=0)
        found = evidence.below(np.asarray(members @ drawn, dtype=float), sizes)
        highest.append(found.max(axis=0))
        reached += (found >= observed[:, None] - TIE).sum(axis=1)
    return Chance(np.concatenate(highest), reached)


def family_wise_p(observed: Floats, highest: Floats) -> Floats:
    """Return, for each subset, the share of shuffles in which any has at least its evidence.

    It is the p-value of the subset with all others taken into account: were no subset worse than
    another, the chance that any gets p ≤ 0.05 is 0.05.

    Source: single-step maxT, Westfall and Young 1993, Resampling-Based Multiple Testing.
    """
    ordered = np.sort(highest)
    above = len(ordered) - np.searchsorted(ordered, observed - TIE, side="left")
    p: Floats = (above + 1) / (len(ordered) + 1)
    return p
