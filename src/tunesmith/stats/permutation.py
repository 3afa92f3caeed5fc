"""Permutation test of subsets against the rest, for many subsets at once."""

from collections.abc import Sequence

import numpy as np

from tunesmith.stats.resample import CELLS, Floats


def subset_p_values(
    values: Floats, sizes: Sequence[int], means: Sequence[float], resamples: int, seed: int
) -> Floats:
    """Return the two-sided p-value of each subset's mean, were its rows drawn at random.

    One shuffle of the rows serves all subsets: its first m values are a random subset of size m.

    Args:
        values: (N,) one value a row.
        sizes: the number of rows of each subset, 1 to N.
        means: the mean of each subset.
        resamples: shuffles.
        seed: of the shuffles.

    Returns:
        (subsets,) p in (0, 1]: the share of random subsets whose mean is at least as far from
        the mean of all rows.
    """
    rng = np.random.default_rng(seed)
    ends = np.asarray(sizes) - 1
    centred = values - values.mean()
    far = np.abs(np.asarray(means) - values.mean()) - 1e-12
    step = max(1, CELLS // len(values))
    hits = np.zeros(len(ends))
    for start in range(0, resamples, step):
        block = np.tile(centred, (min(step, resamples - start), 1))
        sums = np.cumsum(rng.permuted(block, axis=1), axis=1)[:, ends]
        hits += (np.abs(sums / (ends + 1)) >= far).sum(axis=0)
    p: Floats = (hits + 1) / (resamples + 1)
    return p
