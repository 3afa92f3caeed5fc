"""Finds the subsets on which the candidate is worse, without being told where to look."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tunesmith.analysis.pool import Pool, Predicate
from tunesmith.stats.evidence import Evidence
from tunesmith.stats.max_statistic import family_wise_p, shuffled
from tunesmith.stats.resample import Floats

SHUFFLES = 499
ONE_SIDED = 0.975  # of the shuffles, for a 95 % interval
MOST = 10  # findings
ALIKE = 0.5  # share of common rows (Jaccard) from which one finding covers another


class Found(NamedTuple):
    """One finding.

    Attributes:
        predicate: its name and rows.
        p: its p-value among all that were tried.
        errors: how many standard errors on either side of its shortfall make a 95 % interval that
            counts all that were tried: in 39 of 40 shuffles none of them falls lower by chance.
        covers: other names of much the same rows.
    """

    predicate: Predicate
    p: float
    errors: float
    covers: list[str]


def discover(
    scores: Floats, pool: Pool, declared: Sequence[str], limit: float, seed: int
) -> list[Found]:
    """Return the weak subsets, the best supported first, each worse by more than those before.

    Every predicate of the pool is tried. The evidence of the worst is held against the worst of
    the pool under shuffled scores, so that with no weakness anywhere the chance of a discovery is
    at most half of `limit`. The other half is for the declared slices: their test has two sides,
    of which only one makes a finding. What a finding explains is taken out of the scores, and
    the search goes on: a part of it, or a whole that holds it, comes up again only if it is worse
    still.

    Args:
        scores: (N,), more is better.
        pool: what is tried.
        declared: names that are findings already by a test of their own; they come up as long as
            they are worse by more than the findings before them explain.
        limit: the chance of any finding, declared or discovered, where there is no weakness.
        seed: of the shuffles.

    Source: step-down maxT, Westfall and Young 1993; shuffles within strata for what is found.
    """
    if not pool.predicates or np.ptp(scores) == 0:
        return []
    named = {one.name: place for place, one in enumerate(pool.predicates)}
    own = np.array([named[name] for name in declared if name in named], dtype=np.int64)
    penalty = _penalty(pool)
    strata = np.zeros(len(scores), dtype=np.int64)
    found: list[Found] = []
    while len(found) < MOST:
        best = _next(scores, strata, pool, own, penalty, limit, [seed, len(found)])
        if best is None:
            break
        found.append(best)
        strata = np.unique(2 * strata + best.predicate.mask, return_inverse=True)[1]
    return found


def _next(
    scores: Floats,
    strata: NDArray[np.int64],
    pool: Pool,
    own: NDArray[np.int64],
    penalty: Floats,
    limit: float,
    seed: list[int],
) -> Found | None:
    """Return the best supported predicate that the earlier findings do not explain."""
    values = scores - _stratum_means(scores, strata)
    if np.ptp(values) < 1e-9:
        return None
    sizes = np.asarray(pool.members.sum(axis=1)).ravel().astype(float)
    observed = Evidence(values).below(
        np.asarray(pool.members @ values.astype(np.float32), dtype=float), sizes
    )
    rng = np.random.default_rng(seed)
    chance = shuffled(pool.members, values, strata, observed, SHUFFLES, rng)
    p = family_wise_p(observed, chance.highest)
    eligible = p <= limit / 2
    alone = (chance.reached[own] + 1) / (SHUFFLES + 1)
    eligible[own[alone <= limit]] = True
    eligible &= observed > 0
    if not eligible.any():
        return None
    gain = np.where(eligible, observed * np.abs(observed) - penalty, -np.inf)
    best = int(gain.argmax())
    errors = float(np.quantile(chance.highest, ONE_SIDED))
    return Found(pool.predicates[best], float(p[best]), errors, _covered(pool, best, eligible))


def _stratum_means(scores: Floats, strata: NDArray[np.int64]) -> Floats:
    """Return, for each row, the mean score of its stratum."""
    sums = np.bincount(strata, scores)
    means: Floats = (sums / np.maximum(np.bincount(strata), 1))[strata]
    return means


def _penalty(pool: Pool) -> Floats:
    """Return what a predicate has to gain to be named: twice the log of its rivals.

    Two predicates together fit by chance better than one, for there are more of them.
    """
    tiers = np.array([one.tier for one in pool.predicates])
    counts = np.bincount(tiers, minlength=4).cumsum()
    penalty: Floats = 2 * np.log(counts[tiers])
    return penalty


def _covered(pool: Pool, best: int, eligible: NDArray[np.bool_]) -> list[str]:
    """Return the other names of much the same rows, the nearest first."""
    mask = pool.predicates[best].mask
    both = np.asarray(pool.members @ mask.astype(np.float32)).ravel()
    sizes = np.asarray(pool.members.sum(axis=1)).ravel()
    alike = both / (sizes + mask.sum() - both)
    near = np.flatnonzero((alike >= ALIKE) & eligible)
    order = sorted(near.tolist(), key=lambda place: (-alike[place], place))
    return [pool.predicates[place].name for place in order if place != best]
