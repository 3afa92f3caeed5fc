"""Expected calibration error: is a model that says 80 % right 80 % of the time?"""

import numpy as np

from tunesmith.answers import Answers
from tunesmith.metrics.labels import scored
from tunesmith.metrics.metric import CLASSIFICATION, Metric
from tunesmith.metrics.tokens import trimmed
from tunesmith.stats.resample import Floats

BINS = 15


class ECE(Metric):
    """Mean gap between confidence and accuracy over 15 equal bins of confidence, by rows.

    Source: eq. 3 of https://arxiv.org/abs/1706.04599. The prediction is the most probable label.
    """

    name = "ece"
    title = "Calibration error"
    tasks = (CLASSIFICATION,)
    per_row = False  # a row alone is not calibrated
    higher_is_better = False
    inputs = ("scores", "references")

    def statistics(self, answers: Answers) -> Floats:
        """Return (N, 3B): for each of B bins whether the row is in it, its confidence, its hit."""
        best, confidence, _ = scored(answers)
        labels = [trimmed(label) for label in answers.references]
        hits = [label == given for label, given in zip(labels, best, strict=True)]
        columns = np.clip(np.ceil(confidence * BINS).astype(np.int64) - 1, 0, BINS - 1)
        table = np.zeros((len(answers), 3, BINS))
        table[np.arange(len(answers)), :, columns] = np.stack(
            [np.ones(len(answers)), confidence, np.array(hits, dtype=np.float64)], axis=1
        )
        return table.reshape(len(answers), 3 * BINS)

    def finish(self, totals: Floats) -> Floats:
        """Return the sum of the bins' gaps, by their share of rows; 0 is perfect, 1 the worst."""
        count, confidence, hits = np.split(totals, 3, axis=-1)
        gaps: Floats = np.abs(confidence - hits).sum(axis=-1) / count.sum(axis=-1)
        return gaps
