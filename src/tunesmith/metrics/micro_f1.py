"""F1 over all rows together: common labels count more."""

import numpy as np

from tunesmith.answers import Answers
from tunesmith.metrics.labels import labels_of, numbers_of
from tunesmith.metrics.metric import CLASSIFICATION, Metric
from tunesmith.stats.resample import Floats


class MicroF1(Metric):
    """Harmonic mean of the share of given labels that are right and of rows that are.

    A prediction that is no label of the test set is a miss for its row and no given label, so
    that a model which writes no label is not punished twice. Without such predictions it is the
    accuracy. Equal to scikit-learn 1.9's f1_score(average="micro") with `labels` those of the
    references.
    """

    name = "micro_f1"
    title = "Micro F1"
    tasks = (CLASSIFICATION,)

    def statistics(self, answers: Answers) -> Floats:
        """Return (N, 3): whether the row's label is hit, whether one is given, and 1."""
        labels = labels_of(answers)
        true = numbers_of(answers.references, labels)
        given = numbers_of(answers.predictions, labels)
        columns = [true == given, given >= 0, np.ones(len(answers))]
        return np.stack(columns, axis=1).astype(np.float64)

    def finish(self, totals: Floats) -> Floats:
        """Return 2·hits / (given + rows)."""
        f1: Floats = 2 * totals[..., 0] / (totals[..., 1] + totals[..., 2])
        return f1
