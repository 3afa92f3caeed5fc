"""Puts the exam together: test rows, validation rows, then every other set by its name."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from tunesmith.behaviour.expand import Expanded
from tunesmith.errors import UserError
from tunesmith.exam import ExamParams
from tunesmith.rows import WITHOUT_REFERENCE, Row
from tunesmith.sets import RETENTION, VALIDATION

LABELLED = "classification"
TEST = "test"
OTHER_TASK = "of another task than the test rows"


@dataclass(frozen=True)
class Exam:
    """The rows that are asked, each with its set in `split`, and why others are not."""

    rows: list[Row]
    left_out: dict[str, str]  # set → why
    behaviour: Expanded

    def summary(self) -> dict[str, Any]:
        """Return the rows of each set, what is not asked, and what is asked of behaviour."""
        counts = Counter(str(row["split"]) for row in self.rows)
        return {
            "sets": dict(sorted(counts.items())),
            "left_out": self.left_out,
            "behaviour": self.behaviour.summary(),
        }


def assemble(
    test: list[Row],
    beside: list[Row],
    behaviour: Expanded,
    params: ExamParams,
    seed: int,
    labelled: bool,
    validation: Sequence[Row] = (),
) -> Exam:
    """Return the exam.

    Args:
        test: the test rows.
        beside: out-of-distribution and retention rows; `split` names the set of each.
        behaviour: the behavioural tests, as rows.
        params: how much is asked.
        seed: of the samples.
        labelled: whether the test rows ask for a label, not for an answer.
        validation: the validation rows; those that cannot be scored as the test rows are stay out.

    Sets that are too large give a seeded sample in their order. A set of another task than the
    test rows' (a label for a text, or an answer) is left out: the model has no way to answer it.
    Plain text is scored by any model that generates.

    Raises:
        UserError: a set holds rows without a right answer, or mixes plain text and questions.
    """
    _refuse_unmeasured(TEST, test)
    known, left_out = _validation(validation, test)
    asked = [*test, *_sample(known, params.validation_rows, seed)]
    for name, rows in _by_set(beside):
        _refuse_unmeasured(name, rows)
        if not all(_fits(row, labelled) for row in rows):
            left_out[name] = f"its rows are {OTHER_TASK}"
            continue
        most = params.retention_rows if name.startswith(RETENTION) else params.ood_rows
        asked += _sample(rows, most, seed)
    return Exam([*asked, *behaviour.rows], left_out, behaviour)


def _validation(rows: Sequence[Row], test: list[Row]) -> tuple[list[Row], dict[str, str]]:
    """Return the validation rows that are scored as the test rows are, and why others are not."""
    kinds = {_kind(row) for row in test}
    fit = [row for row in rows if _kind(row) in kinds]
    if len(fit) == len(rows):
        return fit, {}
    part = f" ({len(rows) - len(fit):,} of {len(rows):,} rows)" if fit else ""
    return fit, {f"{VALIDATION}{part}": OTHER_TASK}


def _kind(row: Row) -> str:
    """Return what decides how a row is scored: its label, its text or its answer."""
    return str(row["task"]) if row["task"] in (LABELLED, "text", *WITHOUT_REFERENCE) else "answer"


def _refuse_unmeasured(name: str, rows: list[Row]) -> None:
    """Refuse rows that a score would mean nothing of, before any model is asked."""
    found = [row for row in rows if row["task"] in WITHOUT_REFERENCE]
    if found:
        raise UserError(
            f"{len(found):,} of {len(rows):,} {name} rows are of task {found[0]['task']}, first "
            f"{found[0]['source']}: they hold no right answer to compare with; train on them (a "
            "source's `split: train` in params.yaml), or take them out of the set"
        )
    text = [row for row in rows if row["task"] == "text"]
    if text and len(text) < len(rows):
        other = next(row for row in rows if row["task"] != "text")
        raise UserError(
            f"the {name} rows mix plain text ({text[0]['source']}) and questions "
            f"({other['source']}), whose scores do not compare; make two sets of them"
        )


def _by_set(rows: list[Row]) -> Iterable[tuple[str, list[Row]]]:
    """Return the rows of each set, the sets by name."""
    ordered = sorted(rows, key=lambda row: str(row["split"]))
    for name, own in groupby(ordered, key=lambda row: str(row["split"])):
        yield name, list(own)


def _fits(row: Row, labelled: bool) -> bool:
    """True when a model of the test rows' task can answer a row."""
    return bool((row["task"] == LABELLED) == labelled)


def _sample(rows: list[Row], most: int, seed: int) -> list[Row]:
    """Return at most so many rows, in their order."""
    if len(rows) <= most:
        return rows
    chosen = np.random.default_rng(seed).choice(len(rows), size=most, replace=False)
    return [rows[place] for place in sorted(chosen.tolist())]
