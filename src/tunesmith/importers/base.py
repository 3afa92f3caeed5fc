"""What an importer is: the columns that a shape of data needs, and how they become an example."""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from tunesmith import records
from tunesmith.rows import Message, Row

Record: TypeAlias = records.Record

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
    "tool_call": "assistant",
    "tool": "tool",
    "function": "tool",
    "observation": "tool",
    "tool_response": "tool",
}


class ShapeError(ValueError):
    """A record has the columns of a shape, but not what belongs in them; says which and why."""


def _any(record: Record) -> bool:  # noqa: ARG001
    """The columns are enough."""
    return True


@dataclass(frozen=True)
class Importer:
    """One accepted shape.

    Attributes:
        name: what the manifest calls the shape.
        task: of the examples it gives.
        needs: the columns that it cannot do without, each by any of its names.
        convert: turns such a record into the content of an example, or of several.
        reads: further columns that `convert` reads; all others go to `meta`.
        suits: what must be true of a record beside its columns.
        only_named: no record is read so unless its source says the task.
    """

    name: str
    task: str
    needs: tuple[tuple[str, ...], ...]
    convert: Callable[[Record], Row | list[Row]]
    reads: frozenset[str] = frozenset()
    suits: Callable[[Record], bool] = _any
    only_named: bool = False

    def fits(self, record: Record) -> bool:
        """Whether a record is of this shape."""
        return self.has_columns(record) and self.suits(record)

    def has_columns(self, columns: Collection[str]) -> bool:
        """Whether none of the needed columns is missing."""
        return not any(all(name not in columns for name in names) for names in self.needs)

    def lacks(self, record: Record) -> list[str]:
        """Return the needed columns that a record does not have, by their first names."""
        return [names[0] for names in self.needs if first_of(record, names) is None]

    @cached_property
    def columns(self) -> frozenset[str]:
        """Every column that it may read."""
        return self.reads.union(*self.needs)

    def __str__(self) -> str:
        """Return name and needs, for people: `text_label (text/sentence/content, label)`."""
        return f"{self.name} ({', '.join('/'.join(names) for names in self.needs)})"


def text(value: Any, column: str) -> str:
    """Return a cell as text: null is empty, a number is written out.

    Raises:
        ShapeError: the cell holds something else.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    raise ShapeError(f'"{column}" holds {type(value).__name__}, not text')


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


def with_system(record: Record, turns: list[Message]) -> list[Message]:
    """Return the turns after the record's `system` text, where it has one and they have none."""
    if not record.get("system") or (turns and turns[0]["role"] == "system"):
        return turns
    return [message("system", text(record["system"], "system")), *turns]


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


def first_of(record: Record, columns: tuple[str, ...]) -> str | None:
    """Return the first of these columns that the record fills, else the first that it has."""
    there = [column for column in columns if column in record]
    filled = (column for column in there if record[column] is not None)
    return next(filled, there[0] if there else None)


def cell(record: Record, columns: tuple[str, ...]) -> tuple[str, Any]:
    """Return name and value of the column that `first_of` finds."""
    column = first_of(record, columns)
    assert column is not None, "the importer fits"
    return column, record[column]
