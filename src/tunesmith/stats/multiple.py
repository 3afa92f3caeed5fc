"""Many tests at once: Benjamini and Hochberg's control of the false discovery rate."""

import numpy as np

from tunesmith.stats.resample import Floats


def benjamini_hochberg(p_values: Floats) -> Floats:
    """Return q-values: the smallest false discovery rate at which each test is still a finding.

    Args:
        p_values: (M,) in [0, 1], in any order.

    Returns:
        (M,) in the same order.

    Source: Benjamini and Hochberg 1995, https://doi.org/10.1111/j.2517-6161.1995.tb02031.x.
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p)[::-1]
    ranks = np.arange(len(p), 0, -1)
    q = np.empty_like(p)
    q[order] = np.minimum.accumulate(p[order] * len(p) / ranks)
    return np.minimum(q, 1.0)
