"""Flags or drops rows in which the assistant speaks of itself as an AI instead of answering."""

from typing import Literal

from tunesmith.cleaners.base import RowCleaner, Verdict, answers_of
from tunesmith.rows import Row
from tunesmith.text.refusals import refuses_as_ai


class Refusals(RowCleaner):
    """Flag rows whose answer opens with "As an AI language model" or `作为一个人工智能`.

    Some refusals are wanted, so `drop` has to be asked for. Of a preference only the chosen
    answer counts.
    """

    kind: Literal["refusals"] = "refusals"
    action: Literal["flag", "drop"] = "flag"

    def judge(self, row: Row) -> Verdict | None:
        """Flag or drop one row."""
        if row["task"] == "text" or not refuses_as_ai(answers_of(row)[0]):
            return None
        return Verdict(self.action, "answer refuses as an AI")
