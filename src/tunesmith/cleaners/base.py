"""What a cleaner is: for each row it keeps quiet, or drops, rewrites or flags it and says why."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from tunesmith.component import Component
from tunesmith.rows import (
    Row,
    all_text,
    map_json,
    map_texts,
    message_text,
    meta_of,
    reference_of,
    texts_of,
    to_frame,
    to_json,
    to_rows,
)

if TYPE_CHECKING:
    import pandas as pd

    from tunesmith.cleaners.scale_out.spread import Spread

NOTHING = {"role": "assistant", "content": ""}
Action = Literal["drop", "rewrite", "flag"]


@dataclass(frozen=True)
class Verdict:
    """What a cleaner decided about one row.

    Attributes:
        action: drop the row, put `row` in its place, or only flag it.
        reason: a few fixed words that can be counted; never a piece of the row.
        score: how sure or how much, in the cleaner's own unit.
        partner: id of the row that this one repeats or contradicts.
        row: the rewritten row.
    """

    action: Action
    reason: str
    score: float | None = None
    partner: str | None = None
    row: Row | None = None


Verdicts = list[Verdict | None]


class Cleaner(Component):
    """Base of all cleaners; `kind` names it in params.yaml.

    A cleaner that looks at one row at a time is a `RowCleaner` and writes `judge`; one that
    compares rows writes `verdicts`, or `__call__` if it wants a table.

    Attributes:
        scope: what it must see to judge a row: that row, or others of the table too.
    """

    scope: ClassVar[Literal["row", "table"]] = "table"
    kind: str

    def __call__(self, rows: "pd.DataFrame", seed: int) -> Verdicts:
        """Return one verdict for each row, None for a row that stays as it is.

        Args:
            rows: examples, as `rows.SCHEMA` has them; left as they were.
            seed: for the cleaners that draw.
        """
        return self.verdicts(to_rows(rows), seed)

    def verdicts(self, rows: list[Row], seed: int) -> Verdicts:
        """Return what `__call__` returns, of rows that are no table."""
        return self(to_frame(rows), seed)

    def compared(self, row: Row) -> Row:
        """Return what the cleaner looks at of a row: all that is gathered of it on a cluster."""
        return row

    def spread(self, rows: "Spread") -> list[Any]:
        """Return the verdicts of each partition of rows that lie on the workers of a cluster.

        They are those of `__call__`. Here one worker gathers what `compared` leaves of each row;
        a cleaner that can do with less writes its own.
        """
        from tunesmith.cleaners.scale_out.gathered import gathered

        return gathered(self, rows)


class TextedRows(list[Row]):
    """Rows with all text of each, gathered once for all the cleaners that rule out by it."""

    def __init__(self, rows: Iterable[Row], texts: Sequence[str] | None = None) -> None:
        super().__init__(rows)
        self.texts = [whole_text(row) for row in self] if texts is None else texts


class RowCleaner(Cleaner):
    """Base of the cleaners that look at one row at a time.

    `judge` is all that one needs. Where a look at the text of a row tells at once that there is
    nothing to judge, as it does for most, `suspects` saves the calls.
    """

    scope = "row"

    def verdicts(self, rows: list[Row], seed: int) -> Verdicts:  # noqa: ARG002
        """Return one verdict for each row, without a table made in between."""
        texted = rows if isinstance(rows, TextedRows) else TextedRows(rows)
        suspects = zip(texted, self.suspects(texted), strict=True)
        return [self.judge(row) if suspect else None for row, suspect in suspects]

    def suspects(self, rows: TextedRows) -> Iterable[bool]:
        """Return False for each row of which `judge` is sure to return None."""
        return repeat(True, len(rows))

    def judge(self, row: Row) -> Verdict | None:
        """Return the verdict about one row."""
        raise NotImplementedError


def with_texts(row: Row, change: Callable[[str], str]) -> Row | None:
    """Return the row with `change` applied to its texts; None if that changes nothing.

    Args:
        row: an example; left as it was.
        change: from a text to a text, always the same; it is asked once about each text.
    """
    changed = {text: change(text) for text in texts_of(row)}
    if all(before == after for before, after in changed.items()):
        return None
    return map_texts(row, changed.__getitem__)


def rewritten(row: Row, change: Callable[[str], str]) -> Row:
    """Return the row with `change` applied to its texts and to the source's other columns."""
    changed = map_texts(row, change)
    if row["meta"]:
        changed["meta"] = to_json(map_json(meta_of(row), change), sort_keys=True)
    return changed


def whole_text(row: Row) -> str:
    """Return every text of a row, both answers of a preference among them."""
    return all_text(row)


def answers_of(row: Row) -> list[str]:
    """Return what the model learns to say: one text, or the two of a preference."""
    if row["task"] == "text":
        return [row["text"] or ""]
    if row["task"] == "preference":
        return [message_text((row[name] or [NOTHING])[-1]) for name in ("chosen", "rejected")]
    return [reference_of(row)]


def is_test(row: Row) -> bool:
    """True for a row that its source set apart for testing: no comparison may drop it."""
    return bool(row["split"] == "test")
