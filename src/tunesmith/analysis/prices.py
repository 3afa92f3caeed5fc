"""What a group of rows costs, in rows of full score: the one unit in which findings compare.

A group is priced by what its rows lack to all other rows, at least: mending it makes them as good
as the rest, not perfect.
"""

import numpy as np

from tunesmith.stats.resample import Floats
from tunesmith.stats.score import proportion

CONFIDENCE = 0.95


def full_score(scale: float | None, scores: Floats) -> float:
    """Return what lies between no score and full score, so that a price counts rows.

    It is the metric's scale (1, or 100 of BLEU and chrF); of a metric with an open end, such as
    perplexity, the distance between the best and the worst of `scores`.
    """
    return scale or float(np.ptp(scores)) or 1.0


def slice_price(low: float, n: int, full: float) -> float:
    """Return the price of a slice.

    Args:
        low: lower bound of its shortfall: the mean of all other rows minus its own.
        n: its rows.
        full: see `full_score`.
    """
    return max(low, 0.0) * n / full


def error_price(count: int, mean: float, scores: Floats, full: float) -> float:
    """Return the price of a group of wrong rows: a kind of error, a confused pair or a cluster.

    The shortfall is as exact as the rows are, so what is bounded is how many such rows there are:
    by the lower end of Wilson's interval. Where no other row is left, each lacks a full score.

    Args:
        count: rows of the group.
        mean: their mean score.
        scores: (N,) of all rows, those of the group among them; more is better.
        full: see `full_score`.
    """
    size = len(scores)
    at_least = proportion(count, size, CONFIDENCE).low * size
    if count >= size:
        return at_least
    rest = (float(scores.sum()) - mean * count) / (size - count)
    return at_least * max(rest - mean, 0.0) / full
