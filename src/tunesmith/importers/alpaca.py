"""Alpaca: `{"instruction", "input", "output"}`, with `system` and `history` as LLaMA-Factory has.

Instruction and input are joined by a newline; `history` holds pairs of earlier turns.
"""

from collections.abc import Mapping
from typing import Any

from tunesmith.importers.base import (
    Importer,
    ShapeError,
    assistant,
    dialogue,
    has,
    message,
    text,
    user,
)
from tunesmith.rows import Message, Row

ASKING = frozenset({"instruction", "input", "system", "history"})


def to_prompt(record: Mapping[str, Any]) -> list[Message]:
    """Return everything before the answer.

    Raises:
        ShapeError: `history` is no list of pairs.
    """
    turns: list[Message] = []
    if record.get("system"):
        turns.append(message("system", text(record["system"], "system")))
    history = record.get("history") or []
    for pair in history if isinstance(history, list) else [history]:
        if not isinstance(pair, list) or len(pair) != 2:
            raise ShapeError('"history" is not a list of [question, answer] pairs')
        turns += [user(text(pair[0], "history")), assistant(text(pair[1], "history"))]
    asked = [text(record.get(name), name) for name in ("instruction", "input")]
    return [*turns, user("\n".join(part for part in asked if part.strip()))]


def _convert(record: Mapping[str, Any]) -> Row:
    """Return instruction, input and output as an example."""
    return dialogue([*to_prompt(record), assistant(text(record["output"], "output"))])


ALPACA = Importer("alpaca", "chat", has("instruction", "output"), _convert, ASKING | {"output"})
