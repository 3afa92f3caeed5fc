"""Matthews correlation: how far labels and predictions go together, chance set at 0."""

import numpy as np

from tunesmith.answers import Answers
from tunesmith.metrics.labels import labels_of, numbers_of
from tunesmith.metrics.metric import CLASSIFICATION, Metric
from tunesmith.stats.resample import Floats


class MCC(Metric):
    """Correlation of labels and predictions, from -1 to 1; 0 where one of them never varies.

    Equal to scikit-learn 1.9's matthews_corrcoef, where all predictions that are no label of the
    test set are one class more.

    Source: Gorodkin 2004, https://doi.org/10.1016/j.compbiolchem.2004.09.006.
    """

    name = "mcc"
    title = "Matthews correlation"
    tasks = (CLASSIFICATION,)
    scale = None  # it can fall below 0
    per_row = False  # a row alone does not vary

    def statistics(self, answers: Answers) -> Floats:
        """Return (N, 2L + 3): whether the label is hit, then one-hot what is given and true."""
        labels = labels_of(answers)
        true = numbers_of(answers.references, labels)
        given = numbers_of(answers.predictions, labels)
        classes = np.eye(len(labels) + 1)  # -1, no label, is the last
        return np.hstack([(true == given)[:, None], classes[given], classes[true]])

    def finish(self, totals: Floats) -> Floats:
        """Return the covariance of the two over the root of their variances."""
        hits, given, true = totals[..., 0], *np.split(totals[..., 1:], 2, axis=-1)
        rows = true.sum(axis=-1)
        together = hits * rows - (given * true).sum(axis=-1)
        spread = (rows**2 - (given**2).sum(axis=-1)) * (rows**2 - (true**2).sum(axis=-1))
        score: Floats = together / np.sqrt(np.where(spread > 0, spread, 1))
        return np.where(spread > 0, score, 0.0)
