"""The sign-flip test: is the mean of paired differences above 0 by more than chance?"""

import math

import numpy as np

from tunesmith.stats.resample import CELLS, Floats

FLIPS = 50_000


def gain_p(differences: Floats, seed: int, flips: int = FLIPS) -> float:
    """Return the one-sided p-value of a gain: had each difference either sign by chance.

    Where all differences that are not 0 have one size, as of right and wrong, it is exact (the
    sign test, which is McNemar's); else signs are drawn.

    Args:
        differences: (N,) after minus before, more is better; rows that did not change say nothing.
        seed: of the signs.
        flips: draws of all signs.

    Returns:
        p in (0, 1]; 1 where no row changed.

    Source: Fisher's randomisation test for pairs, The Design of Experiments, 1935, section 21.
    """
    moved = differences[differences != 0]
    if not len(moved):
        return 1.0
    sizes = np.abs(moved)
    if np.ptp(sizes) <= 1e-12 * sizes[0]:
        return _sign_test(int((moved > 0).sum()), len(moved))
    return _drawn(sizes, float(moved.sum()), seed, flips)


def _sign_test(ups: int, moved: int) -> float:
    """Return the chance of as many rows that went up, or more, of those that moved."""
    tail = sum(math.comb(moved, count) for count in range(ups, moved + 1))
    return float(tail / 2**moved)


def _drawn(sizes: Floats, total: float, seed: int, flips: int) -> float:
    """Return the share of draws of signs whose sum is as large; one is added to both counts."""
    rng = np.random.default_rng(seed)
    step = max(1, CELLS // len(sizes))
    hits = 0
    for start in range(0, flips, step):
        ups = rng.integers(2, size=(min(step, flips - start), len(sizes)), dtype=np.int8)
        sums = (2.0 * ups - 1.0) @ sizes
        hits += int((sums >= total - 1e-9 * abs(total)).sum())
    return (hits + 1) / (flips + 1)
