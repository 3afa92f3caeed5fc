"""ShareGPT: `{"conversations": [{"from": "human", "value": …}, …], "system": …}`.

Also ms-swift's `{"conversation": [{"human": …, "assistant": …}, …]}`. Calls of functions are
the assistant's, observations come from a tool.
"""

from tunesmith.importers.base import Importer, Record, cell, first_of, with_system
from tunesmith.importers.turns import to_dialogue, to_turns
from tunesmith.rows import Message, Row

COLUMNS = ("conversations", "conversation")


def conversation_of(record: Record) -> list[Message]:
    """Return the messages of a record, the system message first.

    Raises:
        ShapeError: an item is neither a message nor a pair.
    """
    column, items = cell(record, COLUMNS)
    return with_system(record, to_turns(items, column))


def _convert(record: Record) -> Row:
    """Return the conversation as an example."""
    column, items = cell(record, COLUMNS)
    turns = to_turns(items, column)
    before = with_system(record, turns)[: -len(turns) or None]
    return to_dialogue(items, column, before)


def holds_turns(record: Record) -> bool:
    """True for a list of turns."""
    column = first_of(record, COLUMNS)
    return column is not None and isinstance(record[column], list)


SHAREGPT = Importer("sharegpt", "chat", (COLUMNS,), _convert, frozenset({"system"}), holds_turns)
