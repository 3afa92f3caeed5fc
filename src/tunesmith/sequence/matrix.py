"""What a matrix of scores says of a sequence: line i are the scores of all tasks after step i.

T steps learn T tasks, task i in step i. All of it takes scores of which more is better. The
functions also take matrices of resampled scores, (T, T, B), and give B values then.

Source: accuracy, backward and forward transfer: https://arxiv.org/abs/1706.08840, section 2;
forgetting: https://arxiv.org/abs/1801.10112, definition 3.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def average(matrix: ArrayLike) -> Any:
    """Return the mean score of all tasks after the last step."""
    return _square(matrix)[-1].mean(axis=0)


def backward_transfer(matrix: ArrayLike) -> Any:
    """Return the mean over all but the last task of: after the last step, minus when learnt.

    Below 0: later tasks have harmed earlier ones.
    """
    scores = _square(matrix)
    earlier = np.arange(len(scores) - 1)
    return (scores[-1, :-1] - scores[earlier, earlier]).mean(axis=0)


def forward_transfer(matrix: ArrayLike, base: ArrayLike) -> Any:
    """Return the mean over all but the first task of: just before it is learnt, minus the base's.

    Args:
        matrix: as above.
        base: score of each task before the first step; in the source that of random weights, which
            an adapter never starts from.
    """
    scores, before = _square(matrix), np.asarray(base, dtype=np.float64)
    later = np.arange(1, len(scores))
    return (scores[later - 1, later] - before[1:]).mean(axis=0)


def forgotten(matrix: ArrayLike) -> Any:
    """Return for all but the last task how far its score lies below its best before the last step.

    The best step is that of the scores, also for resampled ones: else chance would be taken for
    knowledge. Below 0 where the last step made it better than ever.
    """
    scores = _square(matrix)
    means = scores.reshape(*scores.shape[:2], -1).mean(axis=-1)
    tasks = np.arange(len(scores) - 1)
    best = np.array([task + int(means[task:-1, task].argmax()) for task in tasks])
    return scores[best, tasks] - scores[-1, tasks]


def forgetting(matrix: ArrayLike) -> Any:
    """Return the mean of `forgotten` over the tasks."""
    return forgotten(matrix).mean(axis=0)


def _square(matrix: ArrayLike) -> Any:
    """Return the matrix as an array.

    Raises:
        ValueError: it is not square, or of one task, which nothing comes after.
    """
    scores = np.asarray(matrix, dtype=np.float64)
    if scores.ndim < 2 or scores.shape[0] != scores.shape[1] or len(scores) < 2:
        raise ValueError(f"a matrix of shape {scores.shape}, not of T ≥ 2 steps by T tasks")
    return scores
