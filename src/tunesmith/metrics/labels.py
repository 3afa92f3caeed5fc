"""Labels as columns: which label each row has, and which it was given."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from tunesmith.answers import Answers
from tunesmith.errors import UserError
from tunesmith.metrics.overlap import Ints
from tunesmith.metrics.tokens import trimmed
from tunesmith.stats.resample import Floats

COLUMNS = 3  # of scores that stay read: one a model


def labels_of(answers: Answers) -> list[str]:
    """Return the L labels of the references, sorted."""
    return sorted({trimmed(text) for text in answers.references})


def one_hot(texts: Sequence[str], labels: list[str]) -> Floats:
    """Return (N, L) with a 1 under each text's label; a text that is no label has none."""
    table = np.zeros((len(texts), len(labels)))
    columns = numbers_of(texts, labels)
    known = np.flatnonzero(columns >= 0)
    table[known, columns[known]] = 1.0
    return table


def numbers_of(texts: Sequence[str], labels: list[str]) -> Ints:
    """Return (N,) the place of each text among the labels, -1 where it is none."""
    places = {label: number for number, label in enumerate(labels)}
    return np.array([places.get(trimmed(text), -1) for text in texts], dtype=np.int64)


@lru_cache(maxsize=COLUMNS)
def most_probable(scores: tuple[str, ...]) -> tuple[list[str], Floats, frozenset[str]]:
    """Return each row's most probable label and its probability (N,), and all labels.

    Raises:
        UserError: scores that are no JSON object of label and probability.
    """
    best, confidences, labels = [], np.zeros(len(scores)), set[str]()
    for row, text in enumerate(scores):
        table = _probabilities(text)
        labels.update(table)
        label = max(sorted(table), key=table.__getitem__)
        best.append(trimmed(label))
        confidences[row] = table[label]
    return best, confidences, frozenset(map(trimmed, labels))


def _probabilities(scores: str) -> dict[str, float]:
    """Return label → probability."""
    try:
        table: dict[str, float] = json.loads(scores)
        sound = bool(table) and all(0 <= value <= 1 + 1e-6 for value in table.values())
    except (ValueError, TypeError, AttributeError):
        sound = False
    if not sound:
        raise UserError(f"predictions: scores {scores[:80]} are not probabilities of labels")
    return table


def with_scope_of(answers: Mapping[str, Answers], of: str) -> dict[str, Answers]:
    """Return every model's answers with the labels of one model as those that can be known.

    An untuned base has a head for every label of the test rows, also for those that no train row
    has: of itself it does not tell what is out of scope.
    """
    if answers[of].scores is None:
        return dict(answers)
    _, _, labels = scored(answers[of])
    return {name: replace(own, scope=labels) for name, own in answers.items()}


def scored(answers: Answers) -> tuple[list[str], Floats, frozenset[str]]:
    """Return `most_probable` of what a model answered."""
    assert answers.scores is not None
    return most_probable(tuple(map(str, answers.scores)))
