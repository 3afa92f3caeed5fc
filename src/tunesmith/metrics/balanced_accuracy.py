"""Share of rows that get their label, each label counting the same."""

import numpy as np

from tunesmith.answers import Answers
from tunesmith.metrics.labels import labels_of, one_hot
from tunesmith.metrics.metric import CLASSIFICATION, Metric
from tunesmith.stats.resample import Floats


class BalancedAccuracy(Metric):
    """Mean, over the labels that rows have, of the share of their rows that are right.

    Equal to scikit-learn 1.9's balanced_accuracy_score.
    """

    name = "balanced_accuracy"
    title = "Balanced accuracy"
    tasks = (CLASSIFICATION,)
    per_row = False  # a row alone is its accuracy

    def statistics(self, answers: Answers) -> Floats:
        """Return (N, 2L): for each of L labels whether it is hit, and whether it is true."""
        labels = labels_of(answers)
        true = one_hot(answers.references, labels)
        return np.hstack([true * one_hot(answers.predictions, labels), true])

    def finish(self, totals: Floats) -> Floats:
        """Return the mean recall of the labels with a row."""
        hits, true = np.split(totals, 2, axis=-1)
        recall = hits / np.maximum(true, 1)
        mean: Floats = recall.sum(axis=-1) / np.maximum((true > 0).sum(axis=-1), 1)
        return mean
