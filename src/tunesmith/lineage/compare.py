"""Compares two models from what they answered, on the rows that both were asked."""

from typing import TYPE_CHECKING, Any

import numpy as np

from tunesmith.answers import Answers, to_answers
from tunesmith.errors import UserError
from tunesmith.evaluation.measuring import measured, named_masks, statistics
from tunesmith.evaluation.sets import metrics_beside, metrics_of
from tunesmith.evaluation.tables import OVERALL, TEST
from tunesmith.metrics.labels import with_scope_of
from tunesmith.metrics.measure import Measured
from tunesmith.metrics.params import EvaluateParams
from tunesmith.rows import prompt_text, reference_of, to_rows
from tunesmith.sets import BEHAVIOUR

if TYPE_CHECKING:
    import pandas as pd

Record = dict[str, Any]
FIRST, SECOND = "first", "second"


def compare(
    asked: "tuple[pd.DataFrame, pd.DataFrame]",
    answered: "tuple[pd.DataFrame, pd.DataFrame]",
    settings: EvaluateParams,
    seed: int,
) -> Record:
    """Return second minus first for every set, slice and metric, on the rows that both share.

    A row is shared if both exams have its id with the same question and answer. The judge and the
    behavioural tests are left out: neither is a metric of one stored answer.

    Args:
        asked: the rows of each model's exam; the second's say which set a row is of.
        answered: the predictions of each, one for each of its rows, in any order.
        settings: metrics, slices, resamples and confidence, the same for both.
        seed: of the resamples.

    Raises:
        UserError: no row is shared, or a metric cannot be of these rows.
    """
    ids = _shared(*asked)
    if not ids:
        raise UserError("the two were asked no row in common, so nothing pairs them")
    rows = asked[1].set_index("id", drop=False).loc[ids].reset_index(drop=True)
    given = [table.set_index("id", drop=False).loc[ids] for table in answered]
    names = [one for one in sorted(set(rows["split"])) if one != BEHAVIOUR]
    counts = [_counts(table) for table in asked]
    found = []
    for name in sorted(names, key=lambda one: one != TEST):
        own = (rows["split"] == name).to_numpy()
        parts = [table[own].reset_index(drop=True) for table in given]
        part = rows[own].reset_index(drop=True)
        of = [table.get(name, 0) for table in counts]
        found.append({"set": name, "shared": len(part), "of": of})
        found[-1]["slices"] = _of_set(part, parts, name, settings, seed)
    return {"sets": found, "confidence": settings.confidence, "resamples": settings.resamples}


def _of_set(
    rows: "pd.DataFrame",
    given: "list[pd.DataFrame]",
    name: str,
    settings: EvaluateParams,
    seed: int,
) -> list[Record]:
    """Return the differences on one set: as a whole, and of the test rows by slice."""
    answers = {key: to_answers(rows, one) for key, one in zip((FIRST, SECOND), given, strict=True)}
    scoped: dict[str, Answers] = with_scope_of(answers, SECOND)
    wanted = metrics_of(rows, settings) if name == TEST else metrics_beside(rows, settings)
    shown = [one for one in wanted if all(one.shows(given) for given in scoped.values())]
    table = statistics(shown, scoped, name)
    everything = np.ones(len(rows), dtype=bool)
    label = OVERALL if name == TEST else name
    parts = [(OVERALL, measured(table, everything, label, settings, seed))]
    if name == TEST:
        for key, mask in named_masks(rows, settings).items():
            parts.append(("=".join(key), measured(table, mask, "=".join(key), settings, seed)))
    return [{"slice": part, "metrics": [_gap(one) for one in found]} for part, found in parts]


def _gap(one: Measured) -> Record:
    """Return both values of a metric and their paired difference."""
    return {
        "metric": one.metric.name,
        "title": one.metric.title,
        "scale": one.metric.scale,
        "higher_is_better": one.metric.higher_is_better,
        "test": "mcnemar" if one.metric.binary else "bootstrap",
        FIRST: one.value(FIRST),
        SECOND: one.value(SECOND),
        **one.difference(SECOND, FIRST).as_dict(),
    }


def _shared(first: "pd.DataFrame", second: "pd.DataFrame") -> list[str]:
    """Return the ids that both exams ask with the same question and answer, in their order."""
    before = {row["id"]: (prompt_text(row), reference_of(row)) for row in to_rows(first)}
    return [
        str(row["id"])
        for row in to_rows(second)
        if before.get(row["id"]) == (prompt_text(row), reference_of(row))
    ]


def _counts(rows: "pd.DataFrame") -> dict[str, int]:
    """Return set → rows."""
    return {str(name): int(n) for name, n in rows["split"].value_counts().items()}
