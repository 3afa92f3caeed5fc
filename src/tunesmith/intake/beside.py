"""Cleans new rows beside those that are there already, which nothing happens to."""

from collections.abc import Sequence
from typing import NamedTuple

from tunesmith.cleaners.base import Cleaner
from tunesmith.cleaners.decontaminate import Decontaminate
from tunesmith.cleaners.run import Record, apply_verdicts, in_order
from tunesmith.rows import Row


class Known(NamedTuple):
    """The rows of the last run.

    Attributes:
        rows: those that cleaning kept.
        test: ids of those that are test rows.
    """

    rows: Sequence[Row] = ()
    test: frozenset[str] = frozenset()

    def without(self, names: frozenset[str]) -> "Known":
        """Return the rows that came from other files than these."""
        rows = [row for row in self.rows if row["source"].rpartition(":")[0] not in names]
        return self._replace(rows=rows)

    def held_out(self) -> list[Row]:
        """Return the rows with the test rows named as such, whoever made them so."""
        return [row | {"split": "test"} if row["id"] in self.test else row for row in self.rows]


class CleanedRows(NamedTuple):
    """New rows that stay, and every decision about a new row."""

    kept: list[Row]
    decisions: list[Record]


def clean_beside(new: list[Row], known: Known, steps: Sequence[Cleaner], seed: int) -> CleanedRows:
    """Return what cleaning makes of new rows where known ones come first.

    So a row that repeats a known one is the one that goes.
    """

    def across(left: list[Row], step: Cleaner) -> tuple[list[Row], list[Record]]:
        first = known.held_out() if isinstance(step, Decontaminate) else list(known.rows)
        verdicts = step.verdicts(first + left, seed)[len(first) :]
        return apply_verdicts(left, step.kind, verdicts)

    return CleanedRows(*in_order(new, steps, seed, across))
