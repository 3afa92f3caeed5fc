"""How varied a set of texts is, as four numbers between 0 and 1 that need no model."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_TEXTS = 2000
MOST_CHARS = 1000  # of each text
MOST_CLUSTERS = 20
TEXTS_PER_CLUSTER = 8
DIMENSIONS = 32
CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
TOKEN = re.compile(rf"[{CJK}]|(?:(?![{CJK}])[^\W_])+(?:['’](?:(?![{CJK}])[^\W_])+)*")
Vectors = NDArray[np.float64]


def diversity(texts: Sequence[str], seed: int) -> dict[str, float]:
    """Return `distinct_1`, `distinct_2`, `cluster_entropy` and `spread`, each from 0 to 1.

    distinct_n: different n-grams by all n-grams, within texts; a token is a word, in Chinese a
    character. It falls as texts are added, so only sets of one size can be compared.
    cluster_entropy: entropy of the sizes of k-means clusters, by its largest value; 0 when all
    texts are alike. spread: mean cosine distance of two texts as vectors of character 2- and
    3-grams; these are not fitted, so the spreads of two sets can be compared.

    Args:
        texts: above 2,000 a sample of 2,000 is measured, of each text 1,000 characters.
        seed: of the sample and of k-means.

    Raises:
        ValueError: there is no text.

    Source: distinct-n, https://arxiv.org/abs/1510.03055, section 5.2.
    """
    if not texts:
        raise ValueError("no text to measure")
    measured = [text[:MOST_CHARS] for text in sampled(texts, MOST_TEXTS, seed)]
    vectors = _vectors(measured)
    return {
        "distinct_1": _distinct(map(_tokens, measured)),
        "distinct_2": _distinct(pairwise(_tokens(text)) for text in measured),
        "cluster_entropy": _cluster_entropy(vectors, seed),
        "spread": _spread(vectors),
    }


def diversity_change(
    before: Sequence[str], after: Sequence[str], seed: int
) -> dict[str, dict[str, float]]:
    """Return the diversity of two sets at equal size, the larger one sampled down."""
    size = min(len(before), len(after), MOST_TEXTS)
    sets = {"before": before, "after": after}
    return {name: diversity(sampled(texts, size, seed), seed) for name, texts in sets.items()}


def sampled(texts: Sequence[str], most: int, seed: int) -> list[str]:
    """Return at most `most` of the texts, in their order."""
    if len(texts) <= most:
        return list(texts)
    chosen = np.random.default_rng(seed).choice(len(texts), most, replace=False)
    return [texts[place] for place in sorted(chosen)]


def _tokens(text: str) -> list[str]:
    """Return the words of a text, of Chinese the characters."""
    return TOKEN.findall(text.casefold())


def _distinct(grams_of_texts: Iterator[Any]) -> float:
    """Return the share of n-grams that are different; 0 when there is none."""
    counts: Counter[Any] = Counter()
    for grams in grams_of_texts:
        counts.update(grams)
    return len(counts) / counts.total() if counts else 0.0


def _vectors(texts: list[str]) -> Any:
    """Return one sparse row of length 1 for each text (of length 0 for an empty one)."""
    from sklearn.feature_extraction.text import HashingVectorizer

    hashing = HashingVectorizer(
        analyzer="char", ngram_range=(2, 3), n_features=2**16, alternate_sign=False
    )
    return hashing.transform(texts)


def _spread(vectors: Any) -> float:
    """Return 1 - the mean cosine of two different rows; 0 for a single one."""
    rows = vectors.shape[0]
    if rows < 2:
        return 0.0
    whole = np.asarray(vectors.sum(axis=0)).ravel()
    own = vectors.multiply(vectors).sum()
    return float(1 - (whole @ whole - own) / (rows * (rows - 1)))


def _cluster_entropy(vectors: Any, seed: int) -> float:
    """Return the entropy of the cluster sizes by that of equal sizes."""
    from sklearn.cluster import KMeans

    count = min(MOST_CLUSTERS, vectors.shape[0] // TEXTS_PER_CLUSTER)
    points = _reduced(vectors, seed)
    if count < 2 or len(np.unique(points.round(6), axis=0)) < count:
        return 0.0
    labels = KMeans(count, n_init=3, random_state=seed).fit_predict(points)
    shares = np.bincount(labels, minlength=count) / len(labels)
    return float(-sum(share * math.log(share) for share in shares if share) / math.log(count))


def _reduced(vectors: Any, seed: int) -> Vectors:
    """Return each row in a few dimensions, the directions in which the rows differ most."""
    from sklearn.utils.extmath import randomized_svd

    size = max(1, min(DIMENSIONS, vectors.shape[0] - 1))
    left, scale, _ = randomized_svd(vectors, size, random_state=seed)
    points: Vectors = left * scale
    return points
