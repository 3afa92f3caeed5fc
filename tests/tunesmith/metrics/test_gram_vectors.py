"""Vectors of character n-grams: those of scikit-learn, of whole columns at once."""

import random

import numpy as np
import pytest

from tunesmith.metrics import gram_vectors
from tunesmith.metrics.gram_vectors import GramVectors
from tunesmith.text.vectors import fit_vectors, to_vectors

ALPHABET = "ab ΑΣσç İ　\n\t0123é😀台灯已经发出，。\ud800"


def texts(count: int, seed: int) -> list[str]:
    """Return texts of odd characters, some empty, one long."""
    rng = random.Random(seed)
    made = ["".join(rng.choices(ALPHABET, k=rng.randint(0, 40))) for _ in range(count - 3)]
    return [*made, "", " ", "的 the " * 3000]


def cosines(references: list[str], predictions: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the cosines by these vectors, and by scikit-learn's."""
    ours = GramVectors(references)
    theirs = fit_vectors(references)
    pairs = (
        (ours(predictions), ours.own),
        (to_vectors(theirs, predictions), to_vectors(theirs, references)),
    )
    found, known = (np.asarray(one.multiply(other).sum(axis=1)).ravel() for one, other in pairs)
    return found, known


def test_the_cosines_are_those_of_scikit_learn() -> None:
    found, known = cosines(texts(400, seed=0), texts(400, seed=1))
    assert known.max() > 0.2
    assert found == pytest.approx(known, abs=1e-12)


def test_texts_of_several_chunks_and_blocks_are_as_good(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _ = cosines(texts(60, seed=0), texts(60, seed=1))
    monkeypatch.setattr("tunesmith.metrics.columns.CHARACTERS", 100)
    monkeypatch.setattr("tunesmith.metrics.overlap.BLOCK_SYMBOLS", 100)
    found, _ = cosines(texts(60, seed=0), texts(60, seed=1))
    assert found == pytest.approx(whole, abs=1e-12)


def test_n_grams_that_begin_alike_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gram_vectors, "FIRST_BITS", 4)
    monkeypatch.setattr(gram_vectors, "REST", np.uint64(46))
    found, known = cosines(texts(100, seed=0), texts(100, seed=1))
    assert found == pytest.approx(known, abs=1e-12)


def test_only_the_commonest_n_grams_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gram_vectors, "MOST_GRAMS", 3)
    vectors = GramVectors(["abab", "ab", "xy"])
    assert vectors.own.shape == (3, 3)
    assert np.diff(vectors(["ab", "xy", "q"]).indptr).tolist() == [3, 0, 0]


def test_texts_without_any_n_gram_have_vectors_of_length_0() -> None:
    vectors = GramVectors(["", " "])
    assert vectors.own.nnz == vectors(["abc", ""]).nnz == 0
