"""Confident learning is cleanlab's, and the folds are scikit-learn's."""

import numpy as np
import pytest
from cleanlab.filter import find_label_issues
from sklearn.model_selection import StratifiedKFold

from tunesmith.text.confident import confident_errors
from tunesmith.text.naive_bayes import FOLDS, _folds


def drawn(seed: int, labels: int, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Return labels of which each has rows, one in ten wrong, and what a fair model says."""
    rng = np.random.default_rng(seed)
    true = rng.permutation(np.arange(rows) % labels)
    given = np.where(rng.random(rows) < 0.1, rng.permutation(true), true)
    given[rng.permutation(rows)[: labels * FOLDS]] = np.repeat(np.arange(labels), FOLDS)
    scores = rng.normal(size=(rows, labels)) + 3 * (np.arange(labels) == true[:, None])
    chances = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return given, np.round(chances, int(rng.integers(1, 9)))  # few decimals make ties


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("labels", [2, 3, 20])
def test_errors_are_those_that_cleanlab_finds(seed: int, labels: int) -> None:
    given, chances = drawn(seed, labels, 400)
    expected = find_label_issues(given, chances, filter_by="confident_learning", n_jobs=1)
    assert expected.any() or chances.max() < 0.5
    assert confident_errors(given, chances).tolist() == expected.tolist()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("labels", [2, 7, 20])
def test_folds_are_those_of_scikit_learn(seed: int, labels: int) -> None:
    given, _ = drawn(seed, labels, 401)
    splitter = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    for ours, theirs in zip(
        _folds(given, seed), splitter.split(np.zeros(len(given)), given), strict=True
    ):
        assert [part.tolist() for part in ours] == [part.tolist() for part in theirs]
