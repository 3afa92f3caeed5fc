"""Drops rows without an answer or a question, and rows that are too long."""

from typing import Literal

from pydantic import NonNegativeInt, PositiveInt

from tunesmith.cleaners.base import RowCleaner, TextedRows, Verdict, answers_of, whole_text
from tunesmith.rows import PROMPT, Row, prompt_of


class Length(RowCleaner):
    """Keep rows with an answer of at least `min_answer_chars` and at most `max_chars` in all.

    Of the two answers of a preference the shorter must be long enough, the longer short enough. A
    row of task prompt has no answer yet.
    """

    kind: Literal["length"] = "length"
    min_answer_chars: NonNegativeInt = 1
    max_chars: PositiveInt | None = None

    def suspects(self, rows: TextedRows) -> list[bool]:
        """Return whether a row may be out of bounds; one question and one answer are soon seen."""
        most = float("inf") if self.max_chars is None else self.max_chars
        return [
            len(text) > most or not _is_plain(row, self.min_answer_chars)
            for row, text in zip(rows, rows.texts, strict=True)
        ]

    def judge(self, row: Row) -> Verdict | None:
        """Drop a row outside of the bounds; the score is its characters."""
        answers = answers_of(row)
        answer = min(len(text.strip()) for text in answers)
        others = sum(map(len, answers)) - max(map(len, answers))
        total = len(whole_text(row)) - others
        if answer < self.min_answer_chars and row["task"] != PROMPT:
            reason = "answer too short" if answer else "no answer"
            return Verdict("drop", reason, float(answer))
        if not _question(row):
            return Verdict("drop", "no question", 0.0)
        if self.max_chars is not None and total > self.max_chars:
            return Verdict("drop", "too long", float(total))
        return None


def _is_plain(row: Row, least: int) -> bool:
    """True for a plain text, or a user's words and one answer, that are no shorter than `least`."""
    if row["task"] == "text":
        return len((row["text"] or "").strip()) >= least
    if row["task"] != "chat" or row.get("messages"):
        return False
    if not row.get("prompt") or not row.get("completion"):
        return False
    first, last = row["prompt"][-1], row["completion"][-1]
    asked, answer = first["content"], last["content"]
    if last["role"] != "assistant" or first["role"] != "user" or not (asked and answer):
        return False
    return len(answer.strip()) >= least and not asked.isspace()


def _question(row: Row) -> bool:
    """True if something is asked; plain text asks nothing and need not."""
    asked = (m["content"] or "" for m in prompt_of(row) if m["role"] != "system")
    return row["task"] == "text" or any(text.strip() for text in asked)
