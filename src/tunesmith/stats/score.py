"""A measured value that never goes without its uncertainty."""

from dataclasses import asdict, dataclass
from statistics import NormalDist

import numpy as np

from tunesmith.stats.resample import Floats


@dataclass(frozen=True)
class Score:
    """A value, its standard error, its interval and the number of rows behind it."""

    value: float
    stderr: float
    low: float
    high: float
    n: int

    def as_dict(self) -> dict[str, float]:
        """Return the five numbers by name."""
        return asdict(self)


def score_from_draws(value: float, draws: Floats, n: int, confidence: float) -> Score:
    """Return a score with the percentile interval of its bootstrap draws."""
    low, high = percentile_interval(draws, confidence)
    return Score(float(value), float(draws.std(ddof=1)), low, high, n)


def percentile_interval(draws: Floats, confidence: float) -> tuple[float, float]:
    """Return the two quantiles that hold the middle `confidence` of the draws."""
    tail = (1 - confidence) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return float(low), float(high)


def proportion(hits: float, n: int, confidence: float) -> Score:
    """Return the score of a share of rows, with Wilson's interval.

    Unlike the bootstrap, it does not claim certainty when all rows are right or all wrong.

    Raises:
        ValueError: there is no row.

    Source: Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953.
    """
    if n == 0:
        raise ValueError("no row: a share of nothing is not 0")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = float(hits) / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low = min(max(centre - reach, 0.0), share)
    high = max(min(centre + reach, 1.0), share)
    return Score(share, float(np.sqrt(share * (1 - share) / n)), float(low), float(high), n)
