"""Drops rows without an answer or a question, and rows that are too long."""

from typing import Literal

from pydantic import NonNegativeInt, PositiveInt

from tunesmith.cleaners.base import RowCleaner, Verdict, answers_of, whole_text
from tunesmith.rows import Row, prompt_of


class Length(RowCleaner):
    """Keep rows with an answer of at least `min_answer_chars` and at most `max_chars` in all.

    Of the two answers of a preference the shorter must be long enough, the longer short enough.
    """

    kind: Literal["length"] = "length"
    min_answer_chars: NonNegativeInt = 1
    max_chars: PositiveInt | None = None

    def judge(self, row: Row) -> Verdict | None:
        """Drop a row outside of the bounds; the score is its characters."""
        answers = answers_of(row)
        answer = min(len(text.strip()) for text in answers)
        others = sum(map(len, answers)) - max(map(len, answers))
        total = len(whole_text(row)) - others
        if answer < self.min_answer_chars:
            reason = "answer too short" if answer else "no answer"
            return Verdict("drop", reason, float(answer))
        if not _question(row):
            return Verdict("drop", "no question", 0.0)
        if self.max_chars is not None and total > self.max_chars:
            return Verdict("drop", "too long", float(total))
        return None


def _question(row: Row) -> bool:
    """True if something is asked; plain text asks nothing and need not."""
    asked = (m["content"] or "" for m in prompt_of(row) if m["role"] != "system")
    return row["task"] == "text" or any(text.strip() for text in asked)
