"""Drops rows that repeat an earlier row but for case, width, spaces and punctuation."""

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from tunesmith.cleaners.base import Cleaner, Verdict, Verdicts, is_test
from tunesmith.rows import CONTENT, TURNS, Row, message_text
from tunesmith.text.normalise import squeezed

Key: TypeAlias = Hashable
COMPARED = [column for column in CONTENT if column != "label"]

if TYPE_CHECKING:
    from tunesmith.cleaners.scale_out.spread import Spread


class ExactDuplicates(Cleaner):
    """Keep the first of rows with the same question and answer.

    Rows with the same text and different labels contradict each other: all but the first are
    flagged and none is dropped. Test rows are not touched; rows of different splits are not
    compared here (see `decontaminate`).
    """

    kind: Literal["exact_duplicates"] = "exact_duplicates"

    def verdicts(self, rows: list[Row], seed: int) -> Verdicts:  # noqa: ARG002
        """Return a drop for each repetition, with the id of the row that it repeats."""
        seen = Seen()
        return [
            None if is_test(row) else seen.judge(key_of(row), row["label"], row["id"])
            for row in rows
        ]

    def spread(self, rows: "Spread") -> list[Any]:
        """Return the verdicts of each partition: rows of one normal form meet on one worker."""
        from tunesmith.cleaners.scale_out.exact_duplicates import spread_exact

        return spread_exact(rows)


class Seen:
    """The rows before the one that is judged, as little as tells whether it repeats one."""

    def __init__(self) -> None:
        self.first: dict[Key, str] = {}
        self.labelled: dict[tuple[Key, str | None], str] = {}

    def judge(self, key: Key, label: str | None, row_id: str) -> Verdict | None:
        """Judge one row by those before it.

        Args:
            key: what equal rows have in common, see `key_of`, or a digest of it.
            label: of the row.
            row_id: its id.
        """
        if (key, label) in self.labelled:
            return Verdict("drop", "repeats an earlier row", 1.0, self.labelled[key, label])
        self.labelled[key, label] = row_id
        if key in self.first:
            return Verdict("flag", "same text, another label", 1.0, self.first[key])
        self.first[key] = row_id
        return None


def key_of(row: Row) -> Key:
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
