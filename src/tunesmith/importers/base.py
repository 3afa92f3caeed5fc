"""What an importer is: the columns that a shape of data needs, and how they become an example."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tunesmith.rows import Message, Row

ROLES = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "prompter": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "bot": "assistant",
    "chatgpt": "assistant",
    "model": "assistant",
    "function_call": "assistant",
    "tool": "tool",
    "function": "tool",
    "observation": "tool",
}


class ShapeError(ValueError):
    """A record has the columns of a shape, but not what belongs in them; says which and why."""


@dataclass(frozen=True)
class Importer:
    """One accepted shape.

    Attributes:
        name: what the manifest calls the shape.
        task: of the examples it gives.
        fits: whether a record has the columns of the shape.
        convert: turns such a record into the content of an example.
        columns: what `convert` reads; all other columns go to `meta`.
    """

    name: str
    task: str
    fits: Callable[[Mapping[str, Any]], bool]
    convert: Callable[[Mapping[str, Any]], Row]
    columns: frozenset[str]


def text(value: Any, column: str) -> str:
    """Return a cell as text: null is empty, a number is written out, blocks of text are joined.

    Raises:
        ShapeError: the cell holds something else.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        return "\n".join(_block(item, column) for item in value)
    raise ShapeError(f'"{column}" holds {type(value).__name__}, not text')


def _block(block: Mapping[str, Any], column: str) -> str:
    """Return the text of one OpenAI content block."""
    if block.get("type") == "text":
        return text(block.get("text", block.get("value")), column)
    raise ShapeError(f'"{column}" holds a block of type {block.get("type")!r}; only text is read')


def message(role: Any, content: str) -> Message:
    """Return a message with one of our four roles.

    Raises:
        ShapeError: nobody knows that role.
    """
    known = ROLES.get(str(role).lower())
    if known is None:
        raise ShapeError(f'unknown role "{role}"; known: {", ".join(sorted(ROLES))}')
    return {"role": known, "content": content}


def user(content: str) -> Message:
    """Return a user's message."""
    return {"role": "user", "content": content}


def assistant(content: str) -> Message:
    """Return an assistant's message."""
    return {"role": "assistant", "content": content}


def dialogue(turns: list[Message]) -> Row:
    """Return a conversation as an example.

    One answer at the end, or none at all, makes prompt and completion; more answers make
    `messages`. A missing answer is an empty one: the cleaner drops it with that reason.

    Raises:
        ShapeError: there is no message.
    """
    if not turns:
        raise ShapeError("the conversation is empty")
    answers = [turn["role"] == "assistant" for turn in turns]
    if not any(answers):
        return {"prompt": turns, "completion": [assistant("")]}
    if sum(answers) == 1 and answers[-1]:
        return {"prompt": turns[:-1], "completion": turns[-1:]}
    return {"messages": turns}


def has(*columns: str) -> Callable[[Mapping[str, Any]], bool]:
    """Return a test for records that have all of `columns`."""
    return lambda record: all(column in record for column in columns)


def first_of(record: Mapping[str, Any], columns: tuple[str, ...]) -> str | None:
    """Return the first of these columns that the record has."""
    return next((column for column in columns if column in record), None)
