"""Conversation trees (OASST): `{"prompt": {"text", "role", "replies": [{…, "rank"}, …]}}`.

As task chat, the default, a tree gives its best path; as task preference, for every place with
ranked replies, the best of them against each other one. Deleted and refused messages are left
out. All examples of a tree are one group, so no split tears them apart.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from tunesmith.importers.base import Importer, Record, ShapeError, dialogue, message, text
from tunesmith.rows import Message, Row

Node: TypeAlias = Mapping[str, Any]


def best_path(root: Node) -> list[Message]:
    """Return the messages from the root along the best reply of each, ending with an answer."""
    path, node = [_message(root)], root
    while replies := _ranked(node):
        node = replies[0]
        path.append(_message(node))
    while len(path) > 1 and path[-1]["role"] != "assistant":
        path.pop()
    return path


def pairs(node: Node, before: list[Message]) -> Iterator[Row]:
    """Yield, below a node, each best answer with each worse one to the same messages."""
    path = [*before, _message(node)]
    replies = _ranked(node)
    ranked = [reply for reply in replies if reply.get("rank") is not None]
    for worse in ranked[1:]:
        chosen, rejected = _message(ranked[0]), _message(worse)
        if chosen["role"] == "assistant":
            yield {"prompt": path, "chosen": [chosen], "rejected": [rejected]}
    for reply in replies:
        yield from pairs(reply, path)


def _ranked(node: Node) -> list[Node]:
    """Return the replies that count, the best first, those without a rank last."""
    replies = node.get("replies") or []
    if not isinstance(replies, list) or not all(isinstance(one, Mapping) for one in replies):
        raise ShapeError('"replies" is not a list of messages')
    kept = [
        one for one in replies if not one.get("deleted") and one.get("review_result") is not False
    ]
    return sorted(kept, key=_rank)


def _rank(node: Node) -> float:
    """Return the rank, 0 for the best."""
    rank = node.get("rank")
    if rank is None:
        return float("inf")
    if isinstance(rank, bool) or not isinstance(rank, int | float):
        raise ShapeError(f'"rank" holds {type(rank).__name__}, not a number')
    return rank


def _message(node: Node) -> Message:
    """Return a node's own message."""
    return message(node.get("role"), text(node.get("text"), "text"))


def _grouped(record: Record, row: Row) -> Row:
    """Return the row with its tree as its group."""
    group = record.get("message_tree_id")
    return row if group is None else {**row, "group": str(group)}


def _convert_chat(record: Record) -> Row:
    """Return the best path as an example."""
    return _grouped(record, dialogue(best_path(record["prompt"])))


def _convert_pairs(record: Record) -> list[Row]:
    """Return the pairs as examples.

    Raises:
        ShapeError: no two replies to one message are ranked.
    """
    found = [_grouped(record, row) for row in pairs(record["prompt"], [])]
    if not found:
        raise ShapeError("no two replies to one message are ranked")
    return found


def _is_tree(record: Record) -> bool:
    """True for a message with replies."""
    return isinstance(record["prompt"], Mapping) and "replies" in record["prompt"]


COLUMNS = frozenset({"message_tree_id"})
TREE = Importer("tree", "chat", (("prompt",),), _convert_chat, COLUMNS, _is_tree)
TREE_PAIRS = Importer("tree", "preference", (("prompt",),), _convert_pairs, COLUMNS, _is_tree)
