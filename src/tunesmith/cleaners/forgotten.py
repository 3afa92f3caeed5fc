"""Drops the rows that somebody has asked to forget; the list is no dial but a file."""

from typing import Literal

from tunesmith.cleaners.base import RowCleaner, Verdict
from tunesmith.forgotten import Forgotten
from tunesmith.rows import Row


class DropForgotten(RowCleaner):
    """Drop rows that are named by their id, their parent's, or the source they came from.

    It stands before all steps of `clean.steps`, so that no other row is judged by one of them:
    a duplicate that had given way to a forgotten row is a row again.
    """

    kind: Literal["forgotten"] = "forgotten"
    rows: frozenset[str]
    sources: frozenset[str]

    def judge(self, row: Row) -> Verdict | None:
        """Drop one row, or keep it."""
        why = Forgotten(self.rows, self.sources).why(row)
        return Verdict("drop", why) if why else None
