"""Drops rows that repeat an earlier row but for case, width, spaces and punctuation."""

from collections.abc import Hashable
from typing import Literal, TypeAlias

from tunesmith.cleaners.base import Cleaner, Verdict, Verdicts, is_test
from tunesmith.rows import CONTENT, TURNS, Row, message_text
from tunesmith.text.normalise import squeezed

Key: TypeAlias = tuple[Hashable, ...]
COMPARED = [column for column in CONTENT if column != "label"]


class ExactDuplicates(Cleaner):
    """Keep the first of rows with the same question and answer.

    Rows with the same text and different labels contradict each other: all but the first are
    flagged and none is dropped. Test rows are not touched; rows of different splits are not
    compared here (see `decontaminate`).
    """

    kind: Literal["exact_duplicates"] = "exact_duplicates"

    def verdicts(self, rows: list[Row], seed: int) -> Verdicts:  # noqa: ARG002
        """Return a drop for each repetition, with the id of the row that it repeats."""
        first: dict[Key, Row] = {}
        labelled: dict[Key, Row] = {}
        return [_verdict(row, first, labelled) for row in rows]


def _verdict(row: Row, first: dict[Key, Row], labelled: dict[Key, Row]) -> Verdict | None:
    """Judge one row by those before it."""
    if is_test(row):
        return None
    text = _key(row)
    with_label = (text, row["label"])
    if with_label in labelled:
        return Verdict("drop", "repeats an earlier row", 1.0, labelled[with_label]["id"])
    labelled[with_label] = row
    if text in first:
        return Verdict("flag", "same text, another label", 1.0, first[text]["id"])
    first[text] = row
    return None


def _key(row: Row) -> Key:
    """Return what equal rows have in common: split, task, roles and squeezed texts."""
    parts: list[Hashable] = [row["split"], row["task"]]
    for column in COMPARED:
        value = row[column]
        if value is None:
            parts.append(None)
        elif column in TURNS:
            parts.append(tuple((m["role"], squeezed(message_text(m))) for m in value))
        elif isinstance(value, str):
            parts.append(squeezed(value))
        else:
            squeeze = squeezed if column == "completions" else str
            parts.append(tuple(map(squeeze, value)))
    return tuple(parts)
