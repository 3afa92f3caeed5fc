"""ShareGPT: `{"conversations": [{"from": "human", "value": …}, …], "system": …}`.

Also ms-swift's `{"conversation": [{"human": …, "assistant": …}, …]}`. Calls of functions are
the assistant's, observations come from a tool.
"""

from collections.abc import Mapping
from typing import Any

from tunesmith.importers.base import (
    Importer,
    ShapeError,
    assistant,
    dialogue,
    first_of,
    message,
    text,
    user,
)
from tunesmith.rows import Message, Row

COLUMNS = ("conversations", "conversation")


def to_turns(record: Mapping[str, Any]) -> list[Message]:
    """Return the messages of a record, the system message first.

    Raises:
        ShapeError: an item is neither a message nor a pair.
    """
    column = first_of(record, COLUMNS)
    assert column is not None, "the importer fits"
    turns: list[Message] = []
    if record.get("system"):
        turns.append(message("system", text(record["system"], "system")))
    for item in record[column]:
        turns += _turns(item, column)
    return turns


def _turns(item: Any, column: str) -> list[Message]:
    """Return the messages of one item."""
    if not isinstance(item, Mapping):
        raise ShapeError(f'"{column}" holds {type(item).__name__}, not messages')
    if "human" in item and "assistant" in item:
        return [user(text(item["human"], column)), assistant(text(item["assistant"], column))]
    role, content = item.get("from", item.get("role")), item.get("value", item.get("content"))
    if role is None:
        raise ShapeError(f'"{column}" holds a message without "from"')
    return [message(role, text(content, f"{column}.value"))]


def _convert(record: Mapping[str, Any]) -> Row:
    """Return the conversation as an example."""
    return dialogue(to_turns(record))


def fits(record: Mapping[str, Any]) -> bool:
    """True for a list of turns."""
    column = first_of(record, COLUMNS)
    return column is not None and isinstance(record[column], list)


SHAREGPT = Importer("sharegpt", "chat", fits, _convert, frozenset({*COLUMNS, "system"}))
