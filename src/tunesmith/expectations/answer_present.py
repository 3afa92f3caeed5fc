"""Answers: an empty one would teach the model to say nothing."""

from typing import Any, Literal

from tunesmith.expectations.check import RowCheck
from tunesmith.expectations.evidence import Evidence
from tunesmith.rows import Message, Row, conversation, message_text


class AnswerPresent(RowCheck):
    """Every answer of a row holds more than white space.

    Answers are the assistant's turns, of a preference row those chosen and rejected, of a
    classification row the label, of a text row the text, of a stepwise row each step.
    """

    kind: Literal["answer_present"] = "answer_present"

    @property
    def column(self) -> str:
        """See `Check`."""
        return "shortest_answer_chars"

    def values(self, evidence: Evidence) -> list[int]:
        """Return the characters of each row's shortest answer, outer white space left out."""
        return [min((len(text.strip()) for text in answers(r)), default=0) for r in evidence.rows]

    def rule(self) -> Any:
        """See `Check`."""
        from great_expectations.expectations import ExpectColumnValuesToBeBetween

        return ExpectColumnValuesToBeBetween(column=self.column, min_value=1, mostly=self.mostly)

    def reason(self, value: int) -> str:
        """See `Check`."""
        return "an answer is missing or empty" if value == 0 else f"{value} characters"


def answers(row: Row) -> list[str]:
    """Return the texts that a row answers with; none when the answer is missing."""
    if row["task"] == "classification":
        return [row["label"] or ""]
    if row["task"] == "text":
        return [row["text"] or ""]
    if row["task"] == "preference":
        return [_last(row["chosen"]), _last(row["rejected"])]
    if row["task"] == "stepwise":
        return row["completions"] or []
    turns = row["completion"] if row["messages"] is None else conversation(row)
    return [message_text(turn) for turn in turns or [] if turn["role"] == "assistant"]


def _last(turns: list[Message] | None) -> str:
    """Return what the last message says."""
    return message_text(turns[-1]) if turns else ""
