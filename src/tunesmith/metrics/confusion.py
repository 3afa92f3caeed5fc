"""Which labels are taken for which: a table of counts, no score."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from tunesmith.answers import Answers
from tunesmith.metrics.labels import numbers_of
from tunesmith.metrics.overlap import Ints
from tunesmith.metrics.tokens import trimmed

MOST = 20
OTHER = "(other)"


@dataclass(frozen=True)
class Confusion:
    """Counts (labels, labels) of N rows: lines are references, columns predictions."""

    labels: list[str]
    counts: Ints

    def as_dict(self) -> dict[str, Any]:
        """Return labels and counts for JSON."""
        return {"labels": self.labels, "counts": self.counts.tolist()}


def confusion(answers: Answers, most: int = MOST) -> Confusion:
    """Return how often each label of the references was given each label.

    Args:
        answers: of a classification.
        most: labels that have a line of their own, the most frequent in the references. All
            other references and predictions, among these what is no label, share a last line and
            column, "(other)", which is there only where something falls into it.
    """
    counted = Counter(map(trimmed, answers.references))
    labels = sorted(sorted(counted), key=counted.__getitem__, reverse=True)[:most]
    size = len(labels) + 1
    true, given = (
        numbers_of(texts, labels) % size for texts in (answers.references, answers.predictions)
    )  # -1 becomes the last
    counts = np.bincount(true * size + given, minlength=size**2).reshape(size, size)
    if counts[-1].any() or counts[:, -1].any():
        return Confusion([*labels, OTHER], counts)
    return Confusion(labels, counts[:-1, :-1])
