"""Alpaca: `{"instruction", "input", "output"}`, with `system` and `history` as LLaMA-Factory has.

Instruction and input are joined by a newline; `history` holds pairs of earlier turns.
"""

from typing import Any

from tunesmith.importers.base import (
    Importer,
    Record,
    ShapeError,
    assistant,
    dialogue,
    text,
    user,
    with_system,
)
from tunesmith.rows import Message, Row

ASKING = frozenset({"instruction", "input", "system", "history"})


def to_prompt(record: Record) -> list[Message]:
    """Return everything before the answer.

    Raises:
        ShapeError: `history` is no list of pairs.
    """
    asked = [text(record.get(name), name) for name in ("instruction", "input")]
    question = user("\n".join(part for part in asked if part.strip()))
    return with_system(record, [*past_turns(record.get("history")), question])


def past_turns(history: Any) -> list[Message]:
    """Return the earlier turns of a `history` of pairs.

    Raises:
        ShapeError: it is no list of pairs.
    """
    turns: list[Message] = []
    for pair in history if isinstance(history, list) else [history] if history else []:
        if not isinstance(pair, list) or len(pair) != 2:
            raise ShapeError('"history" is not a list of [question, answer] pairs')
        turns += [user(text(pair[0], "history")), assistant(text(pair[1], "history"))]
    return turns


def _convert(record: Record) -> Row:
    """Return instruction, input and output as an example."""
    return dialogue([*to_prompt(record), assistant(text(record["output"], "output"))])


ALPACA = Importer("alpaca", "chat", (("instruction",), ("output",)), _convert, ASKING)
