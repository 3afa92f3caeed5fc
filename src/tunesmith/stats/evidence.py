"""How surprising the mean of a subset is, on one scale for small and large ones, skewed or not."""

import numpy as np

from tunesmith.stats.resample import Floats

STEEPEST = 12.0  # of the tilt, in standard deviations
STEPS = 241


class Evidence:
    """The signed root of the rate function of the values: about normal for a random subset.

    For scores of 0 and 1 it is the signed root of the likelihood ratio. Unlike a z-score it does
    not call a small subset of skewed values surprising because of their skewness.

    Args:
        values: (N,), the population, not all the same.

    Source: Cramér 1938; the signed root as in Barndorff-Nielsen 1986,
    https://doi.org/10.1093/biomet/73.2.307, without his correction term.
    """

    def __init__(self, values: Floats) -> None:
        self.size = len(values)
        self.mean = float(values.mean())
        centred = (values - self.mean) / (values.std() or 1.0)
        self.scale = float(values.std() or 1.0)
        tilts = np.linspace(-STEEPEST, STEEPEST, STEPS)
        distinct, counts = np.unique(np.round(centred, 3), return_counts=True)
        powers = np.outer(tilts, distinct)
        highest = powers.max(axis=1, keepdims=True)
        weights = np.exp(powers - highest) * (counts / self.size)
        totals = weights.sum(axis=1)
        means = (weights @ distinct) / totals
        rates = tilts * means - (np.log(totals) + highest[:, 0])
        self._means = np.maximum.accumulate(means)
        self._roots = np.sign(tilts) * np.sqrt(2 * np.maximum(rates, 0))

    def below(self, sums: Floats, sizes: Floats) -> Floats:
        """Return how far subsets lie below the population, in about standard deviations.

        Args:
            sums: (M,) or (M, B), the sum of the values of each subset.
            sizes: (M,) rows of each, 1 to N - 1.
        """
        rows = sizes.reshape(-1, *[1] * (sums.ndim - 1))
        means = (sums / rows - self.mean) / self.scale
        spread = np.sqrt(rows / (1 - rows / self.size))
        found: Floats = -np.interp(means, self._means, self._roots) * spread
        return found
