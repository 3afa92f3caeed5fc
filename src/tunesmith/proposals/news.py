"""How much a model of the train rows could learn from the answer to a question."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunesmith.analysis.train_space import TrainSpace

Floats = NDArray[np.float64]
LEAST = 0.1  # of a question that train has just so: it is answered wrong all the same
MOST_TRAIN, FEWEST_TRAIN = 4000, 30  # rows that the classifier learns from


def news(texts: list[str], space: TrainSpace, labelled: bool, seed: int) -> Floats:
    """Return the worth of the answer to each text, 0 to 1.

    It is 1 - the likeness to the nearest train row (0.1 at least) and, of a classification, times
    1 - the margin between the two likeliest labels: what a plain classifier of the train rows is
    sure of teaches it little.

    Args:
        texts: what is asked.
        space: the train rows.
        labelled: whether they are of a classification.
        seed: of the classifier's sample.
    """
    near = space.nearest(texts, 1).likeness
    nearest = near[:, 0] if near.shape[1] else np.zeros(len(texts))
    novel = np.maximum(1 - nearest, LEAST)
    return novel * (1 - margins(texts, space, seed)) if labelled else novel


def margins(texts: list[str], space: TrainSpace, seed: int) -> Floats:
    """Return the probability of the likeliest label minus that of the second; 0 if none is learnt.

    Source: margin sampling, https://doi.org/10.1007/3-540-44816-0_31.
    """
    from sklearn.linear_model import LogisticRegression

    labels = np.array(space.answers, dtype=object)
    size = min(len(labels), MOST_TRAIN)
    places = np.sort(np.random.default_rng(seed).choice(len(labels), size, replace=False))
    if size < FEWEST_TRAIN or len(set(labels[places])) < 2:
        return np.zeros(len(texts))
    learnt = LogisticRegression(C=10, max_iter=200).fit(space.matrix[places], labels[places])
    chances: Any = np.sort(learnt.predict_proba(space.vectors(texts)), axis=1)
    margin: Floats = chances[:, -1] - chances[:, -2]
    return margin
