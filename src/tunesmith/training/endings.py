"""Answers whose end is not trained: a model that never learnt to stop writes without end."""

from typing import Any

from tunesmith.errors import UserError
from tunesmith.rows import Row
from tunesmith.tasks.chat import IGNORED
from tunesmith.tasks.endings import end_ids

ANSWERS = {"chat", "completion", "preference", "unpaired"}  # of a pair the chosen one


def check_endings(
    rows: list[Row], encoded: list[dict[str, Any]], task: str, tokenizer: Any, max_length: int
) -> None:
    """Refuse a template that ends no answer, and a `max_length` that leaves no answer its end.

    Of fewer rows that lost their end `lengths.py` tells. The last trained token of every answer has
    to be the tokenizer's end or the template's; white space behind it, which many templates write,
    does not count.

    Raises:
        UserError: a whole answer ends without such a token, or every row was cut before it.
    """
    if task not in ANSWERS:
        return
    ends = _Ends(tokenizer)
    cut: list[str] = []
    endless: list[str] = []
    for row, item in zip(rows, encoded, strict=True):
        for place in ends.missing(item["labels"]):
            (cut if place == max_length - 1 else endless).append(row["source"])
    _refuse_endless(endless, len(rows))
    if len(cut) == len(rows):
        raise UserError(
            f"no row has the end of its answer within max_length {max_length}, first {cut[0]}, so "
            "the model would not learn to stop; raise phases.<name>.max_length"
        )


def _refuse_endless(sources: list[str], rows: int) -> None:
    """Refuse answers that are whole and have no end."""
    if sources:
        raise UserError(
            f"{len(set(sources)):,} of {rows:,} rows have an answer without an end token behind "
            f"it, first {sources[0]}, so the model would not learn to stop; let the chat template "
            "end an answer with {{ eos_token }}: set base.chat_template to `plain` or to a .jinja "
            "file"
        )


class _Ends:
    """Knows the tokens that end an answer, and which are only white space."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._ends = set(end_ids(tokenizer))
        self._blank: dict[int, bool] = {IGNORED: False}

    def missing(self, labels: list[int]) -> list[int]:
        """Return the places where an answer closes without its end."""
        last = len(labels) - 1
        closing = [
            place
            for place, label in enumerate(labels)
            if label != IGNORED and (place == last or labels[place + 1] == IGNORED)
        ]
        return [place for place in closing if not self._ended(labels, place)]

    def _ended(self, labels: list[int], place: int) -> bool:
        """True when the trained tokens up to `place` end with an end token and white space."""
        while place >= 0 and labels[place] not in self._ends and self._is_blank(labels[place]):
            place -= 1
        return place >= 0 and labels[place] in self._ends

    def _is_blank(self, token: int) -> bool:
        """True for a token that shows nothing."""
        if token not in self._blank:
            self._blank[token] = not self._tokenizer.decode([token]).strip()
        return self._blank[token]
