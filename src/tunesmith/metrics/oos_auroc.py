"""Does a classifier doubt rows that belong to none of its labels?"""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from tunesmith.answers import Answers
from tunesmith.errors import UserError
from tunesmith.metrics.labels import scored
from tunesmith.metrics.metric import CLASSIFICATION, Metric
from tunesmith.metrics.overlap import Ints
from tunesmith.metrics.tokens import trimmed
from tunesmith.stats.resample import Floats

BINS = 64


class OosAUROC(Metric):
    """Probability that a row in scope is given more confidence than one out of scope; ties half.

    Confidence is the highest probability of a label. Out of scope is a row whose reference is
    none of the labels in `scope`, or where that is null none that the model scores, such as `oos`
    of clinc150 when it was not trained on. 0.5 is chance. Equal to scikit-learn 1.9's roc_auc_score
    on all rows.

    On resampled rows and slices, pairs of rows in one of 64 bins are counted by how they compare
    on all rows: exact up to some hundred rows, within 0.001 beyond. Rows that are all on one side
    have 0.5, which says nothing.

    Source: Hendrycks and Gimpel 2017, https://arxiv.org/abs/1610.02136.
    """

    name = "oos_auroc"
    title = "Out-of-scope AUROC"
    tasks = (CLASSIFICATION,)
    per_row = False  # a row alone is above nothing
    inputs = ("scores", "references")

    def statistics(self, answers: Answers) -> Floats:
        """Return (N, 3B): for each of B bins whether the row is in it and in scope; in it and out.

        The third is, of a row out of scope, the share of its bin's rows in scope above it.

        Raises:
            UserError: all rows are on one side.
        """
        _, confidence, labels = scored(answers)
        inside = _in_scope(answers, labels)
        if inside.all() or not inside.any():
            where = "none is out of scope" if inside.all() else "all are out of scope"
            raise UserError(
                f'params.yaml: evaluate.metrics: "{self.name}": {where}: out of scope are test '
                "rows whose label the model does not know (no label of a train row); "
                "take the metric off the list or add such rows to the test set"
            )
        bins = _bins(confidence, inside)
        table = np.zeros((len(answers), 3, BINS))
        rows = np.arange(len(answers))
        table[rows, np.where(inside, 0, 1), bins] = 1.0
        outside = rows[~inside]
        table[outside, 2, bins[outside]] = _shares_above(confidence, inside, bins)
        return table.reshape(len(answers), 3 * BINS)

    def shows(self, answers: Answers) -> bool:
        """Return whether some rows are in scope and some out of it."""
        inside = _in_scope(answers, scored(answers)[2])
        return bool(inside.any() and not inside.all())

    def finish(self, totals: Floats) -> Floats:
        """Return the share of pairs in which the row in scope is above."""
        inside, outside, above_in_bin = np.split(totals, 3, axis=-1)
        higher = inside.sum(axis=-1, keepdims=True) - np.cumsum(inside, axis=-1)
        above = (outside * higher + above_in_bin * inside).sum(axis=-1)
        pairs = inside.sum(axis=-1) * outside.sum(axis=-1)
        score: Floats = np.where(pairs > 0, above / np.maximum(pairs, 1), 0.5)
        return score


def _in_scope(answers: Answers, labels: Collection[str]) -> NDArray[np.bool_]:
    """Return (N,) whether the reference of each row is a label that the model knows."""
    known = labels if answers.scope is None else answers.scope
    return np.array([trimmed(text) in known for text in answers.references])


def _bins(confidence: Floats, inside: NDArray[np.bool_]) -> Ints:
    """Return (N,) bins by rising confidence, of about as many runs each.

    A run is rows next to each other by confidence that all are in scope or all are out: how they
    compare among themselves decides nothing. As many runs as bins, or fewer, lose nothing.
    """
    values, places = np.unique(confidence, return_inverse=True)
    sides = np.zeros(len(values), dtype=np.int64)
    np.bitwise_or.at(sides, places, np.where(inside, 1, 2))
    tied = sides == 3  # rows of both sides at one value
    begins = np.append(True, (sides[1:] != sides[:-1]) | tied[1:])
    runs = np.cumsum(begins) - 1
    count = max(int(runs[-1]) + 1, BINS)
    return (runs * BINS // count)[places]


def _shares_above(confidence: Floats, inside: NDArray[np.bool_], bins: Ints) -> Floats:
    """Return, of each row out of scope, the share of its bin's rows in scope above it; ties half.

    0.5 where the bin holds none in scope.
    """
    ordered = np.sort(confidence[inside])
    counts = np.bincount(bins[inside], minlength=BINS)
    ends = np.cumsum(counts)  # places of `ordered` at which the bins end
    own, at = bins[~inside], confidence[~inside]
    not_below = ends[own] - np.searchsorted(ordered, at, side="left")
    above = ends[own] - np.searchsorted(ordered, at, side="right")
    shares: Floats = (above + not_below) / 2 / np.maximum(counts[own], 1)
    return np.where(counts[own] > 0, shares, 0.5)
