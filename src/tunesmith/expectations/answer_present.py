"""Answers: an empty one would teach the model to say nothing."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tunesmith.expectations.check import RowCheck, Values
from tunesmith.expectations.columns import Ints, lengths, owners, to_flags, to_ints, turns
from tunesmith.expectations.evidence import Evidence

UNKNOWN = np.iinfo(np.int64).max


class AnswerPresent(RowCheck):
    """Every answer of a row holds more than white space.

    Answers are the assistant's turns, of a preference row those chosen and rejected, of a
    classification row the label, of a text row the text, of a stepwise row each step. A prompt row
    has none, so what it asks must be there.
    """

    kind: Literal["answer_present"] = "answer_present"

    @property
    def column(self) -> str:
        """See `Check`."""
        return "shortest_answer_chars"

    def values(self, evidence: Evidence) -> Values:
        """Return the characters of each row's shortest answer, outer white space left out."""
        return evidence.by_batch(shortest_answers)

    def rule(self) -> Any:
        """See `Check`."""
        from great_expectations.expectations import ExpectColumnValuesToBeBetween

        return ExpectColumnValuesToBeBetween(column=self.column, min_value=1, mostly=self.mostly)

    def reason(self, value: int) -> str:
        """See `Check`."""
        return "an answer is missing or empty" if value == 0 else f"{value} characters"


def shortest_answers(batch: pa.RecordBatch) -> Ints:
    """Return the characters of the shortest answer of each row, 0 when it has none."""
    least = np.where(
        lengths(batch["messages"]) > 0,
        _least_said(batch, "messages"),
        _least_said(batch, "completion"),
    )
    for task, answers in OTHER_ANSWERS.items():
        mine = to_flags(pc.equal(batch["task"], task))
        if mine.any():
            least[mine] = answers(batch)[mine]
    return least


def _chars(texts: pa.Array) -> Ints:
    """Return the characters of each text without its outer white space."""
    return to_ints(pc.utf8_length(pc.utf8_trim_whitespace(texts)))


def _least_said(batch: pa.RecordBatch, column: str) -> Ints:
    """Return the characters of the shortest turn of the assistant in a column."""
    said = turns(batch, column)
    mine = to_flags(pc.equal(said.role, "assistant"))
    return _least(len(batch), said.rows[mine], _chars(said.said)[mine])


def _last_said(batch: pa.RecordBatch, column: str) -> Ints:
    """Return the characters of the last message of a column, 0 where there is none."""
    said = turns(batch, column)
    last = np.zeros(len(batch), dtype=np.int64)
    last[said.rows] = _chars(said.said)  # of the messages of one row the last one stays
    return last


def _least_step(batch: pa.RecordBatch) -> Ints:
    """Return the characters of the shortest step, 0 where there is none."""
    steps = batch["completions"]
    return _least(len(batch), owners(lengths(steps)), _chars(steps.flatten()))


def _least(count: int, rows: Ints, values: Ints) -> Ints:
    """Return the least value of each of `count` rows, 0 for a row without any."""
    least = np.full(count, UNKNOWN, dtype=np.int64)
    np.minimum.at(least, rows, values)
    return np.where(least == UNKNOWN, 0, least)


OTHER_ANSWERS: dict[str, Callable[[pa.RecordBatch], Ints]] = {
    "classification": lambda batch: _chars(batch["label"]),
    "text": lambda batch: _chars(batch["text"]),
    "preference": lambda batch: np.minimum(
        _last_said(batch, "chosen"), _last_said(batch, "rejected")
    ),
    "stepwise": _least_step,
    "prompt": lambda batch: _last_said(batch, "prompt"),
}
