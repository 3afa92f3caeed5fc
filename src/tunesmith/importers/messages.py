"""OpenAI chat: `{"messages": [{"role": …, "content": …}, …], "tools": […], "system": …}`.

Tool calls, answers of tools and thoughts are kept in their messages; content may stand in blocks.
"""

from tunesmith.importers.base import Importer, Record, with_system
from tunesmith.importers.turns import to_dialogue, to_turns
from tunesmith.rows import Row


def _convert(record: Record) -> Row:
    """Return the conversation as an example."""
    turns = to_turns(record["messages"], "messages")
    before = with_system(record, turns)[: -len(turns) or None]
    return to_dialogue(record["messages"], "messages", before)


def holds_turns(record: Record) -> bool:
    """True for a list of messages."""
    return isinstance(record.get("messages"), list)


MESSAGES = Importer(
    "messages", "chat", (("messages",),), _convert, frozenset({"system"}), holds_turns
)
