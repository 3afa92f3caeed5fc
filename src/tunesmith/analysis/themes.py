"""Groups of test questions about the same, found without a look at the scores, for discovery."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunesmith.analysis.pool import Predicate
from tunesmith.slices import MIN_ROWS, Mask
from tunesmith.text.hashed_words import hashed_words
from tunesmith.text.vectors import masked

THEMES = 12  # at most
ROWS_PER_THEME = 4 * MIN_ROWS
DIMENSIONS = 16
NAMED_BY = 2  # terms


def theme_predicates(
    prompts: Sequence[str], terms: Sequence[Predicate], seed: int
) -> Iterator[Predicate]:
    """Yield groups of prompts with common words, named by terms that tell them apart.

    Args:
        prompts: of all test rows.
        terms: as `term_predicates` makes them, for the names.
        seed: of k-means.
    """
    count = min(THEMES, len(set(prompts)) // ROWS_PER_THEME)
    if count < 2 or not terms:
        return
    labels = _themes(hashed_words([masked(text) for text in prompts]), count, seed)
    for label in sorted(set(labels.tolist())):
        mask = labels == label
        name = " · ".join(_telling(mask, terms))
        if name:
            yield Predicate(f"prompt about {name}", "prompt", 1, mask)


def _themes(vectors: Any, count: int, seed: int) -> NDArray[np.int64]:
    """Return the group of each row."""
    from sklearn.cluster import KMeans
    from sklearn.decomposition import TruncatedSVD
    from sklearn.preprocessing import normalize

    size = min(DIMENSIONS, *(side - 1 for side in vectors.shape))
    if size < 1:
        return np.zeros(vectors.shape[0], dtype=np.int64)
    reduced = normalize(TruncatedSVD(size, n_iter=2, random_state=seed).fit_transform(vectors))
    labels: NDArray[np.int64] = KMeans(count, n_init=1, random_state=seed).fit_predict(reduced)
    return labels


def _telling(mask: Mask, terms: Sequence[Predicate]) -> list[str]:
    """Return the terms that many rows inside have and few outside, none a part of another."""
    rows, others = int(mask.sum()), int((~mask).sum())
    weights = []
    for term in terms:
        inside = int((term.mask & mask).sum()) / rows
        outside = (int((term.mask & ~mask).sum()) + 0.5) / (others + 1)
        weights.append(inside * math.log(inside / outside) if inside > 0 else 0.0)
    chosen: list[str] = []
    for place in np.argsort(-np.array(weights), kind="stable").tolist():
        word = terms[place].name.partition(" has ")[2]
        if weights[place] <= 0 or len(chosen) == NAMED_BY:
            break
        if not any(_overlap(word, other) for other in chosen):
            chosen.append(word)
    return chosen


def _overlap(first: str, second: str) -> bool:
    """True when two quoted terms share a word or two characters of a Chinese run."""
    bare, other = first.strip('"'), second.strip('"')
    if bare.isascii():
        return bool(set(bare.split()) & set(other.split()))
    return any(bare[k : k + 2] in other for k in range(len(bare) - 1))
