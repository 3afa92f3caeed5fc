"""Texts as vectors of character n-grams: no model, no tokenizer, the same for every language."""

import re
from typing import Any

NUMBER = re.compile(r"\d+")
SPACES = re.compile(r"\s\s+")  # which scikit-learn takes for one space
ORDERS = range(2, 5)  # of the n-grams
MOST_GRAMS = 50_000  # the most frequent ones


def masked(text: str) -> str:
    """Return a text whose numbers are all alike: they tell rows apart, not subjects."""
    return NUMBER.sub("0", text)


def fit_vectors(texts: list[str]) -> Any:
    """Return a TF-IDF of character 2- to 4-grams, fitted; its rows have length 1.

    Raises:
        ValueError: there is no text.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    if not texts:
        raise ValueError("no text to fit")
    vectors = TfidfVectorizer(
        analyzer="char",
        ngram_range=(ORDERS.start, ORDERS.stop - 1),
        max_features=MOST_GRAMS,
        sublinear_tf=True,
    )
    return vectors.fit([f" {masked(text)} " for text in texts])


def to_vectors(vectors: Any, texts: list[str]) -> Any:
    """Return the sparse matrix (texts, n-grams)."""
    return vectors.transform([f" {masked(text)} " for text in texts])
