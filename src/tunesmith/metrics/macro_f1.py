"""F1 of each label, averaged so that rare labels count as much as common ones."""

import numpy as np

from tunesmith.answers import Answers
from tunesmith.metrics.labels import labels_of, one_hot
from tunesmith.metrics.metric import CLASSIFICATION, Metric
from tunesmith.stats.resample import Floats


class MacroF1(Metric):
    """Mean F1 over the labels that occur.

    A label counts where a row has it or is given it. Departs from scikit-learn in that a
    prediction which is no label of the test set is a miss for its row and no class of its own.
    """

    name = "macro_f1"
    title = "Macro F1"
    tasks = (CLASSIFICATION,)
    per_row = False  # a row alone has no F1

    def statistics(self, answers: Answers) -> Floats:
        """Return (N, 3L): for each of L labels whether it is hit, predicted, and true."""
        labels = labels_of(answers)
        true = one_hot(answers.references, labels)
        predicted = one_hot(answers.predictions, labels)
        return np.hstack([true * predicted, predicted, true])

    def finish(self, totals: Floats) -> Floats:
        """Return the mean of 2·hits / (predicted + true) over labels with a row."""
        hits, predicted, true = np.split(totals, 3, axis=-1)
        support = predicted + true
        f1 = 2 * hits / np.maximum(support, 1)
        mean: Floats = f1.sum(axis=-1) / (support > 0).sum(axis=-1)
        return mean
