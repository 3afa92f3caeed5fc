"""Drops preferences whose two answers are one and the same."""

from typing import Literal

from tunesmith.cleaners.base import RowCleaner, Verdict, answers_of
from tunesmith.rows import Row


class SameAnswers(RowCleaner):
    """Drop preference rows whose chosen and rejected answers differ in outer white space at most.

    Nothing is preferred in such a row: a loss on it stays at ln 2 whatever the model learns.
    """

    kind: Literal["same_answers"] = "same_answers"

    def judge(self, row: Row) -> Verdict | None:
        """Drop one row."""
        if row["task"] != "preference" or row["chosen"][:-1] != row["rejected"][:-1]:
            return None
        chosen, rejected = (text.strip() for text in answers_of(row))
        return Verdict("drop", "chosen and rejected are the same") if chosen == rejected else None
