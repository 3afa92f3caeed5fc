"""Drops rows that repeat an earlier row but for case, width, spaces and punctuation."""

import json
from typing import Literal

import pandas as pd

from tunesmith.cleaners.base import Cleaner, Verdict, Verdicts, is_test
from tunesmith.rows import CONTENT, TURNS, Row, message_text, to_rows
from tunesmith.text.normalise import squeezed


class ExactDuplicates(Cleaner):
    """Keep the first of rows with the same question and answer.

    Rows with the same text and different labels contradict each other: all but the first are
    flagged and none is dropped. Test rows are not touched; rows of different splits are not
    compared here (see `decontaminate`).
    """

    kind: Literal["exact_duplicates"] = "exact_duplicates"

    def __call__(self, rows: pd.DataFrame, seed: int) -> Verdicts:  # noqa: ARG002
        """Return a drop for each repetition, with the id of the row that it repeats."""
        first: dict[str, Row] = {}
        labelled: dict[str, Row] = {}
        return [_verdict(row, first, labelled) for row in to_rows(rows)]


def _verdict(row: Row, first: dict[str, Row], labelled: dict[str, Row]) -> Verdict | None:
    """Judge one row by those before it."""
    if is_test(row):
        return None
    text = _key(row)
    with_label = json.dumps([text, row["label"]])
    if with_label in labelled:
        return Verdict("drop", "repeats an earlier row", 1.0, labelled[with_label]["id"])
    labelled[with_label] = row
    if text in first:
        return Verdict("flag", "same text, another label", 1.0, first[text]["id"])
    first[text] = row
    return None


def _key(row: Row) -> str:
    """Return what equal rows have in common: split, task, roles and squeezed texts."""
    parts: list[object] = [row["split"], row["task"]]
    for column in CONTENT:
        value = row[column]
        if value is not None and column in TURNS:
            parts.append([[m["role"], squeezed(message_text(m))] for m in value])
        elif column == "completions" and value is not None:
            parts.append([squeezed(step) for step in value])
        elif column != "label":
            parts.append(squeezed(value) if isinstance(value, str) else value)
    return json.dumps(parts)
