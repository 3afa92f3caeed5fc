"""Distances between two sets of texts, each a number that does not grow with the rows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunesmith.diversity import TOKEN
from tunesmith.monitor.side import Distance, Places
from tunesmith.profile.drift import kolmogorov_smirnov, population_stability
from tunesmith.text.embed import Vectors

COMMON_WORDS = 200


def share_distance(values: Sequence[str]) -> Distance:
    """Return the distance (PSI) of the shares of the values."""
    known, codes = np.unique(np.array(values), return_inverse=True)

    def distance(earlier: Places, later: Places) -> float:
        sides = [np.bincount(codes[rows], minlength=len(known)) for rows in (earlier, later)]
        return population_stability(*(side.tolist() for side in sides))

    return distance


def order_distance(numbers: Sequence[int]) -> Distance:
    """Return the Kolmogorov-Smirnov distance of numbers, 0 to 1."""
    known, codes = np.unique(np.array(numbers), return_inverse=True)

    def distance(earlier: Places, later: Places) -> float:
        sides = [np.bincount(codes[rows], minlength=len(known)) for rows in (earlier, later)]
        return kolmogorov_smirnov(*(side.tolist() for side in sides))

    return distance


def word_distance(texts: Sequence[str]) -> Distance:
    """Return the distance (PSI) of the words; in Chinese, of the characters.

    The commonest words of the earlier texts count each, their other words together, and so do the
    words that none of them has.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(analyzer=_words)
    counts = counter.fit_transform(texts).tocsr()

    def distance(earlier: Places, later: Places) -> float:
        before, after = (_sums(counts, rows) for rows in (earlier, later))
        order = np.argsort(-before, kind="stable")
        common, rare = order[:COMMON_WORDS], order[COMMON_WORDS:]
        sides = []
        for side in (before, after):
            new = side[before == 0].sum()
            rest = side[rare].sum() - side[rare][before[rare] == 0].sum()
            sides.append([*side[common[before[common] > 0]].tolist(), int(rest), int(new)])
        return population_stability(*sides)

    return distance


def novelty_distance(vectors: Vectors) -> Distance:
    """Return how far the similarity to the nearest earlier text has fallen, 0 to 1.

    It is the largest surplus of later texts below a similarity (Kolmogorov-Smirnov, one side);
    what is more like the earlier texts than they are like each other is not new.
    """
    similarity = vectors @ vectors.T
    np.fill_diagonal(similarity, -np.inf)

    def distance(earlier: Places, later: Places) -> float:
        usual = np.sort(similarity[np.ix_(earlier, earlier)].max(axis=1))
        found = np.sort(similarity[np.ix_(later, earlier)].max(axis=1))
        points = np.concatenate([usual, found])
        below = [np.searchsorted(side, points, "right") / len(side) for side in (found, usual)]
        return float(max(np.max(below[0] - below[1]), 0.0))

    return distance


def _words(text: str) -> list[str]:
    """Return the words of a text as the data report counts them."""
    return TOKEN.findall(text.casefold())


def _sums(counts: Any, rows: Places) -> NDArray[np.int64]:
    """Return how often each word stands in some of the texts."""
    picked = np.bincount(rows, minlength=counts.shape[0])
    summed: NDArray[np.int64] = counts.T @ picked
    return summed
