"""F1 of each label, averaged so that rare labels count as much as common ones."""

from collections.abc import Sequence

import numpy as np

from tunesmith.answers import Answers
from tunesmith.metrics.metric import CLASSIFICATION, Metric
from tunesmith.metrics.tokens import trimmed
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
        labels = sorted({trimmed(text) for text in answers.references})
        true = _one_hot(answers.references, labels)
        predicted = _one_hot(answers.predictions, labels)
        return np.hstack([true * predicted, predicted, true])

    def finish(self, totals: Floats) -> Floats:
        """Return the mean of 2·hits / (predicted + true) over labels with a row."""
        hits, predicted, true = np.split(totals, 3, axis=-1)
        support = predicted + true
        f1 = 2 * hits / np.maximum(support, 1)
        mean: Floats = f1.sum(axis=-1) / (support > 0).sum(axis=-1)
        return mean


def _one_hot(texts: Sequence[str], labels: list[str]) -> Floats:
    """Return (N, L) with a 1 under each text's label."""
    column = {label: number for number, label in enumerate(labels)}
    table = np.zeros((len(texts), len(labels)))
    for row, text in enumerate(texts):
        if (number := column.get(trimmed(text))) is not None:
            table[row, number] = 1.0
    return table
