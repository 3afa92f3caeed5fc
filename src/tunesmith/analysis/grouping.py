"""Groups of rows whose vectors are alike: the main directions of the vectors, then k-means."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]


def main_directions(vectors: Any, dimensions: int, learnt_on: Places, seed: int) -> Any:
    """Return the vectors in fewer dimensions, each of length 1.

    Args:
        vectors: (N, D), sparse.
        dimensions: at most; fewer where there are fewer rows or columns.
        learnt_on: places of the rows that decide which directions.
        seed: of the search for them.
    """
    from sklearn.decomposition import TruncatedSVD
    from sklearn.preprocessing import normalize

    size = min(dimensions, len(learnt_on) - 1, vectors.shape[1] - 1)
    if size < 1:
        return np.ones((vectors.shape[0], 1))
    directions = TruncatedSVD(size, n_iter=2, random_state=seed).fit(vectors[learnt_on])
    return normalize(directions.transform(vectors))


def k_means(points: Any, count: int, learnt_on: Places, seed: int) -> Places:
    """Return the group of each point, from `count` centres of the points at `learnt_on`."""
    from sklearn.cluster import KMeans

    centres = KMeans(count, n_init=3, random_state=seed).fit(points[learnt_on])
    labels: Places = centres.predict(points).astype(np.int64)
    return labels
