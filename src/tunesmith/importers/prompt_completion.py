"""Prompt and completion (query/response, question/answer), as texts or lists of messages."""

from collections.abc import Mapping
from typing import Any

from tunesmith.importers.alpaca import past_turns
from tunesmith.importers.base import (
    Importer,
    Record,
    ShapeError,
    assistant,
    cell,
    dialogue,
    text,
    user,
    with_system,
)
from tunesmith.importers.turns import to_turns
from tunesmith.rows import Message, Row

PROMPTS = ("prompt", "query", "question")
COMPLETIONS = ("completion", "response", "answer")
BESIDE = frozenset({"system", "history"})


def to_prompt(value: Any, column: str) -> list[Message]:
    """Return a text or a list of messages as the messages before the answer."""
    return to_turns(value, column) if is_messages(value) else [user(text(value, column))]


def prompt_of(record: Record) -> list[Message]:
    """Return the prompt of a record, after its system message and history."""
    column, value = cell(record, PROMPTS)
    return with_system(record, [*past_turns(record.get("history")), *to_prompt(value, column)])


def to_completion(value: Any, column: str) -> list[Message]:
    """Return a text or a list of messages as the answer.

    Raises:
        ShapeError: the messages hold anything but one answer at their end.
    """
    if not is_messages(value):
        return [assistant(text(value, column))]
    turns = to_turns(value, column)
    if turns[-1]["role"] != "assistant":
        raise ShapeError(f'"{column}" does not end with an answer of the assistant')
    return turns


def is_messages(value: Any) -> bool:
    """True for a list of `{"role": …}` or `{"from": …}`."""
    if not isinstance(value, list) or not value or not isinstance(value[0], Mapping):
        return False
    return "role" in value[0] or "from" in value[0]


def _convert(record: Record) -> Row:
    """Return the two columns as an example."""
    column, answer = cell(record, COMPLETIONS)
    return dialogue([*prompt_of(record), *to_completion(answer, column)])


PROMPT_COMPLETION = Importer("prompt_completion", "chat", (PROMPTS, COMPLETIONS), _convert, BESIDE)
