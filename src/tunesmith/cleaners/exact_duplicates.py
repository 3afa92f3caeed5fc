"""Drops rows that repeat an earlier row but for case, width, spaces and punctuation."""

from collections.abc import Hashable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from tunesmith.cleaners.base import Cleaner, Verdict, Verdicts, is_test
from tunesmith.rows import CONTENT, TURNS, Row, message_text
from tunesmith.text.folding import squeezed_each

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
            None if is_test(row) else seen.judge(key, row["label"], row["id"])
            for row, key in zip(rows, keys_of(rows), strict=True)
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
            key: what equal rows have in common, see `keys_of`, or a digest of it.
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


def keys_of(rows: Sequence[Row]) -> Iterator[Key]:
    """Yield what equal rows have in common: split, task, roles and texts, these without spaces."""
    parts = [_parts(row) for row in rows]
    forms = squeezed_each([text for _, texts in parts for text in texts])
    for shape, texts in parts:
        yield shape, *islice(forms, len(texts))


def _parts(row: Row) -> tuple[Key, list[str]]:
    """Return how a row is built, and the texts that it is built of."""
    shape: list[Hashable] = [row["split"], row["task"]]
    texts: list[str] = []
    for column in COMPARED:
        if (value := row[column]) is None:
            continue
        shape.append(column)
        if column in TURNS:
            shape += [turn["role"] for turn in value]
            texts += map(message_text, value)
        elif isinstance(value, str):
            texts.append(value)
        elif column == "completions":
            shape.append(len(value))
            texts += value
        else:
            shape += map(str, value)
    return tuple(shape), texts
