"""Cleans new rows beside those that are there already, which nothing happens to."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from tunesmith.cleaners.base import Cleaner
from tunesmith.cleaners.decontaminate import Decontaminate
from tunesmith.cleaners.run import Record, apply_row_steps, apply_verdicts, untouched
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
    decisions: list[Record] = []
    left = new
    for scope, run in groupby(steps, key=attrgetter("scope")):
        if scope == "row":
            left, acted = apply_row_steps(left, list(run), seed)
            decisions += acted
            continue
        for step in run:
            first = known.held_out() if isinstance(step, Decontaminate) else list(known.rows)
            verdicts = step.verdicts(first + left, seed)[len(first) :]
            left, acted = apply_verdicts(left, step.kind, verdicts)
            decisions += acted
    return CleanedRows(left, decisions + untouched(left, decisions))
