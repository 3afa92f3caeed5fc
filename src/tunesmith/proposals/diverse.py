"""Picks the best of many rows that are not all alike: maximal marginal relevance."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunesmith.rows import Row

Floats = NDArray[np.float64]
MOST = 2000  # that are compared


def diverse(vectors: Any, scores: Floats, count: int, weight: float) -> list[int]:
    """Return places of rows, the best first; each counts less the more it is like an earlier one.

    A row is worth its score times 1 - `weight` × its greatest likeness to what is picked. Of equal
    ones the first is taken; rows without a score are not.

    Args:
        vectors: sparse (N, D), rows of length 1.
        scores: (N,), 0 to 1.
        count: rows at most.
        weight: 0 looks at the scores alone, 1 takes nothing twice.

    Source: https://doi.org/10.1145/290941.291025, as a product.
    """
    order = np.argsort(-scores, kind="stable")[:MOST]
    places = order[scores[order] > 0]
    picked: list[int] = []
    alike = np.zeros(len(places))
    free = np.ones(len(places), dtype=bool)
    own = vectors[places]
    while len(picked) < count and free.any():
        worth = np.where(free, scores[places] * (1 - weight * alike), -1.0)
        best = int(worth.argmax())
        picked.append(int(places[best]))
        free[best] = False
        similar = np.asarray((own @ own[best].T).toarray(), dtype=np.float64).ravel()
        alike = np.maximum(alike, np.minimum(similar, 1.0))
    return picked


def each_language(
    rows: Sequence[Row], vectors: Any, scores: Floats, count: int, weight: float
) -> list[int]:
    """Return `diverse` of each language by itself, `count` rows of each at most."""
    langs = np.array([row["lang"] or "und" for row in rows], dtype=object)
    return [
        place
        for lang in sorted(set(langs.tolist()))
        for place in diverse(vectors, np.where(langs == lang, scores, 0.0), count, weight)
    ]
