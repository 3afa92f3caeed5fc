"""How likely each label of a text is, learned from the other texts in one pass (naive Bayes)."""

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tunesmith.text.hashed_words import squared

Floats: TypeAlias = NDArray[np.float64]
Weights: TypeAlias = NDArray[np.float32]
Labels: TypeAlias = NDArray[np.int64]

FOLDS = 5
SMOOTHING = 0.1
FITTED_CELLS = 1_000_000  # scores that the calibration looks at, at most
FITTED_ROWS = 20_000
PULL = 1e-3  # holds the scale of one label near that of the others
STEPS = 30
WRONG = 0.01  # of the labels, at least: most data sets have some


def label_chances(features: Any, given: Labels, seed: int) -> Floats:
    """Return, for each row, the probability of each label, learned from the other folds.

    Multinomial naive Bayes; what a word says about the labels is shrunk by how far chance alone
    would explain it (James and Stein's factor), and the scores become probabilities by a scale
    and a shift for each label (vector scaling, https://arxiv.org/abs/1706.04599).

    Args:
        features: rows of weights, none below zero, as a CSR matrix (n, features).
        given: the label of each row, from 0 on; each has at least `FOLDS` rows.
        seed: of the folds.

    Returns:
        (n, labels), each row adds up to 1.
    """
    scores = np.zeros((len(given), int(given.max()) + 1))
    for others, held_out in _folds(given, seed):
        weights, shift = _learned(features[others], given[others])
        scores[held_out] = features[held_out] @ weights + shift
    return _calibrated(scores, given, seed)


def _folds(given: Labels, seed: int) -> Iterator[tuple[Labels, Labels]]:
    """Yield the rows to learn from and those to judge; every fold has every label.

    They are the folds of scikit-learn's `StratifiedKFold`, whose import costs a second: labels
    are numbered as they come, and each is dealt out evenly, a shuffle for each label.
    """
    _, first = np.unique(given, return_index=True)
    came = np.argsort(np.argsort(first))[given]
    dealt, ordered = np.arange(len(given)) % FOLDS, np.sort(came)
    sizes = [np.bincount(dealt[ordered == k], minlength=FOLDS) for k in range(len(first))]
    rng = np.random.RandomState(seed)  # what scikit-learn draws from
    fold = np.empty(len(given), dtype=np.int64)
    for label, size in enumerate(sizes):
        own = np.arange(FOLDS).repeat(size)
        rng.shuffle(own)
        fold[came == label] = own
    for held_out in range(FOLDS):
        yield np.flatnonzero(fold != held_out), np.flatnonzero(fold == held_out)


def _learned(features: Any, given: Labels) -> tuple[Weights, Floats]:
    """Return what each feature adds to the score of each label, (features, labels), and priors."""
    from scipy.sparse import csr_matrix

    rows = np.bincount(given)
    ones = np.ones(len(given), dtype=np.float32)
    member = csr_matrix((ones, (given, np.arange(len(given)))), shape=(len(rows), len(given)))
    sums = (member @ features).toarray()
    rates = np.log(sums + SMOOTHING)
    rates -= np.log(sums.sum(axis=1) + SMOOTHING * sums.shape[1])[:, None]
    rates -= rates.mean(axis=0)
    rates *= _trust(sums, np.asarray(squared(features).sum(axis=0)).ravel())
    return np.ascontiguousarray(rates.T), np.log(rows)


def _trust(sums: Weights, squares: Weights) -> Weights:
    """Return, for each feature, from 0 to 1, the part of its spread over labels that is no chance.

    Args:
        sums: (labels, features), the weight of each feature in the rows of each label.
        squares: the sum of each feature's squared weights: what chance would make of the spread.
    """
    share = sums.sum(axis=1, keepdims=True) / sums.sum()
    spread = ((sums - share * sums.sum(axis=0)) ** 2 / share).sum(axis=0)
    expected = (len(sums) - 1) * squares
    trust: Weights = 1 - np.minimum(1, expected / np.maximum(spread, 1e-12))
    return trust


def _calibrated(scores: Floats, given: Labels, seed: int) -> Floats:
    """Return the probabilities under the scale and shift of each label that fit `given` best."""
    from scipy.optimize import minimize

    labels = scores.shape[1]
    most = min(FITTED_ROWS, max(1000, FITTED_CELLS // labels), len(given))
    rows = np.sort(np.random.default_rng(seed).permutation(len(given))[:most])
    spread = scores.std() or 1.0
    start = np.concatenate([np.ones(labels), np.zeros(labels)])
    fit = minimize(
        _loss,
        start,
        args=(scores[rows] / spread, given[rows]),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": STEPS},
    )
    return _softmax(scores / spread * fit.x[:labels] + fit.x[labels:])


def _loss(dials: Floats, scores: Floats, given: Labels) -> tuple[float, Floats]:
    """Return the mean of -log(probability of the given label) in nats, and its slope.

    A share `WRONG` of the labels may be any label (the forward correction of
    https://arxiv.org/abs/1609.03683), so that labels which are plainly wrong do not blur the rest.
    """
    labels, count = scores.shape[1], np.arange(len(given))
    scale, shift = dials[:labels], dials[labels:]
    chances = _softmax(scores * scale + shift)
    apart = scale - scale.mean()
    right = (1 - WRONG) * chances[count, given]
    seen = right + WRONG / labels
    loss = -np.log(seen).mean() + PULL * (apart @ apart + shift @ shift)
    chances[count, given] -= 1
    chances *= (right / seen / len(given))[:, None]
    slope = (
        (chances * scores).sum(axis=0) + 2 * PULL * apart,
        chances.sum(axis=0) + 2 * PULL * shift,
    )
    return float(loss), np.concatenate(slope)


def _softmax(scores: Floats) -> Floats:
    """Return scores as probabilities, row by row."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances: Floats = powers / powers.sum(axis=1, keepdims=True)
    return chances
