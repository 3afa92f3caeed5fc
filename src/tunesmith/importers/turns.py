"""Conversations in every spelling: `role`/`content`, `from`/`value`, `human`/`assistant` pairs."""

from collections.abc import Mapping
from typing import Any

from tunesmith.importers.base import (
    ROLES,
    Record,
    ShapeError,
    assistant,
    dialogue,
    message,
    text,
    user,
)
from tunesmith.importers.blocks import read_content
from tunesmith.importers.calls import to_calls
from tunesmith.rows import EXTRAS, Message, Row, to_json

CALLING = {"function_call", "tool_call"}
READ = frozenset(
    {*("role", "from", "content", "value", "human", "assistant", "function_call"), *EXTRAS}
)
WEIGHTS = ("weight", "loss_weight", "train", "loss")


def to_turns(value: Any, column: str) -> list[Message]:
    """Return a list of turns as messages.

    Raises:
        ShapeError: it is no such list.
    """
    if not isinstance(value, list):
        raise ShapeError(f'"{column}" holds {type(value).__name__}, not a list of messages')
    return [turn for item in value for turn in _turns(item, column)]


def _turns(item: Any, column: str) -> list[Message]:
    """Return the messages of one item: one, a pair, or the answers of tools and what follows."""
    if not isinstance(item, Mapping):
        raise ShapeError(f'"{column}" holds {type(item).__name__}, not messages')
    if "human" in item and "assistant" in item:
        return [user(text(item["human"], column)), assistant(text(item["assistant"], column))]
    role, content = item.get("role", item.get("from")), item.get("content", item.get("value"))
    if role is None:
        raise ShapeError(f'"{column}" holds a message without a "role" (or "from")')
    said = read_content(content, f"{column}.content")
    calls = to_calls(item.get("tool_calls") or item.get("function_call")) + to_calls(said.calls)
    if str(role).lower() in CALLING and not calls:
        said.texts, calls = [], to_calls(content)
    body = "\n".join(said.texts)
    if said.results and not body:
        return said.results
    extras = {
        "tool_calls": to_json(calls) if calls else None,
        "tool_call_id": item.get("tool_call_id"),
        "name": item.get("name"),
        "reasoning_content": item.get("reasoning_content") or "\n".join(said.thoughts),
    }
    there = {key: text(value, f"{column}.{key}") for key, value in extras.items() if value}
    return [*said.results, {**message(role, body), **there}]


def to_dialogue(items: Any, column: str, before: list[Message]) -> Row:
    """Return a list of turns as an example; answers of weight 0 are read, not trained.

    Args:
        items: the turns, as the record has them.
        column: where they stand.
        before: messages that come first, for example a system message.

    Raises:
        ShapeError: the turns are no messages, or the weights are not 0 … 0, 1 … 1.
    """
    untrained = _untrained(items)
    if not untrained:
        return dialogue([*before, *to_turns(items, column)])
    return {
        "prompt": [*before, *to_turns(items[:untrained], column)],
        "completion": to_turns(items[untrained:], column),
    }


def _untrained(items: Any) -> int:
    """Return how many items come before the first answer that is trained; 0 if all answers are."""
    answers = [place for place, item in enumerate(items or []) if _answers(item)]
    weights = [_weight(items[place]) for place in answers]
    if all(weight == 1 for weight in weights):
        return 0
    if any(weight not in (0, 1) for weight in weights) or weights != sorted(weights):
        raise ShapeError("weights of answers other than 0 up to some turn and then 1")
    if 1 not in weights:
        raise ShapeError("no answer has a weight above 0, so nothing would be trained")
    return answers[weights.index(1)]


def _answers(item: Any) -> bool:
    """True for an item of the assistant."""
    role = item.get("role", item.get("from")) if isinstance(item, Mapping) else None
    return ROLES.get(str(role).lower()) == "assistant"


def _weight(item: Record) -> Any:
    """Return the weight of a turn, 1 where it has none."""
    given = (item[key] for key in WEIGHTS if item.get(key) is not None)
    return next(given, 1)


def unread(value: Any) -> list[dict[str, Any]]:
    """Return, for each turn of a list, the keys that no message holds; empty if there are none."""
    if not isinstance(value, list) or not any(_has_role(item) for item in value):
        return []
    known = READ.union(WEIGHTS)
    rest = [{k: v for k, v in item.items() if k not in known} for item in value if _has_role(item)]
    return rest if any(rest) else []


def _has_role(item: Any) -> bool:
    """True for a turn that names its speaker."""
    return isinstance(item, Mapping) and ("role" in item or "from" in item)
