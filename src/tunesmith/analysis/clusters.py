"""Groups of failures that look alike, found without labels."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tunesmith.analysis.keywords import keywords
from tunesmith.text.vectors import fit_vectors, to_vectors

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 5000
ROWS_PER_CLUSTER = 8
DIMENSIONS = 40
SHOWN_IDS = 5


def error_clusters(cases: "pd.DataFrame", most: int, seed: int) -> list[dict[str, Any]]:
    """Group the wrong cases by their question, the largest group first.

    Args:
        cases: as `build_cases` makes them.
        most: clusters at most; fewer where there are under 8 failures for each.
        seed: of the sample (from 5,000 failures on) and of k-means.

    Returns:
        For each cluster its name (terms that tell it apart), size, mean score, languages, the
        ids of its worst rows, and what to do.
    """
    wrong = cases[cases["wrong"].astype(bool)]
    if len(wrong) > MOST_ROWS:
        wrong = wrong.sample(MOST_ROWS, random_state=seed).sort_index()
    count = min(most, len(wrong) // ROWS_PER_CLUSTER)
    if count < 2:
        return []
    labels = _k_means(list(wrong["prompt"]), count, seed)
    found = [_described(wrong, labels == label) for label in sorted(set(labels.tolist()))]
    return sorted(found, key=lambda cluster: (-cluster["size"], cluster["name"]))


def _k_means(texts: list[str], count: int, seed: int) -> NDArray[np.int64]:
    """Return the cluster of each text."""
    from sklearn.cluster import KMeans
    from sklearn.decomposition import TruncatedSVD
    from sklearn.preprocessing import normalize

    matrix = to_vectors(fit_vectors(texts), texts)
    size = min(DIMENSIONS, len(texts) - 1, matrix.shape[1] - 1)
    reduced = normalize(TruncatedSVD(size, random_state=seed).fit_transform(matrix))
    labels: NDArray[np.int64] = KMeans(count, n_init=5, random_state=seed).fit_predict(reduced)
    return labels


def _described(wrong: "pd.DataFrame", mask: NDArray[np.bool_]) -> dict[str, Any]:
    """Return what is shown of one cluster."""
    inside = wrong[mask]
    terms = keywords(list(inside["prompt"]), list(wrong.loc[~mask, "prompt"]))
    name = " · ".join(terms) or "no common words"
    worst = inside.sort_values(["candidate_score", "id"], kind="stable")
    return {
        "name": name,
        "size": len(inside),
        "mean": float(inside["candidate_score"].mean()),
        "langs": {str(k): int(v) for k, v in inside["lang"].value_counts().sort_index().items()},
        "ids": list(worst["id"].head(SHOWN_IDS)),
        "action": f"Read the {len(inside)} failures on {name}, then add train rows about it.",
    }
