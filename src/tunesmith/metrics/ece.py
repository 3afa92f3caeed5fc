"""Expected calibration error: is a model that says 80 % right 80 % of the time?"""

import json

import numpy as np

from tunesmith.answers import Answers
from tunesmith.errors import UserError
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
        assert answers.scores is not None
        table = np.zeros((len(answers), 3, BINS))
        for row, (scores, label) in enumerate(zip(answers.scores, answers.references, strict=True)):
            best, confidence = _most_probable(str(scores))
            hit = trimmed(best) == trimmed(label)
            column = min(max(int(np.ceil(confidence * BINS)) - 1, 0), BINS - 1)
            table[row, :, column] = 1.0, confidence, float(hit)
        return table.reshape(len(answers), 3 * BINS)

    def finish(self, totals: Floats) -> Floats:
        """Return the sum of the bins' gaps, by their share of rows; 0 is perfect, 1 the worst."""
        count, confidence, hits = np.split(totals, 3, axis=-1)
        gaps: Floats = np.abs(confidence - hits).sum(axis=-1) / count.sum(axis=-1)
        return gaps


def _most_probable(scores: str) -> tuple[str, float]:
    """Return the label of the highest probability, and that probability."""
    table: dict[str, float] = json.loads(scores)
    if not table or not all(0 <= value <= 1 + 1e-6 for value in table.values()):
        raise UserError(f"predictions: scores {scores[:80]} are not probabilities of labels")
    best = max(sorted(table), key=lambda label: table[label])
    return best, float(table[best])
