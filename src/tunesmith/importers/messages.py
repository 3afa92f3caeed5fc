"""OpenAI chat: `{"messages": [{"role": …, "content": …}, …]}`.

A tool call becomes the JSON text of the assistant's message and a tool's answer a `tool`
message, so nothing is lost; the list of `tools` stays in `meta`.
"""

import json
from collections.abc import Mapping
from typing import Any

from tunesmith.importers.base import Importer, ShapeError, dialogue, message, text
from tunesmith.rows import Message, Row


def to_messages(value: Any, column: str) -> list[Message]:
    """Return a list of `{"role", "content"}` as messages.

    Raises:
        ShapeError: it is no such list.
    """
    if not isinstance(value, list):
        raise ShapeError(f'"{column}" holds {type(value).__name__}, not a list of messages')
    return [_message(item, column) for item in value]


def _message(item: Any, column: str) -> Message:
    """Return one message, its tool calls written out."""
    if not isinstance(item, Mapping) or "role" not in item:
        raise ShapeError(f'"{column}" holds a message without a "role"')
    content = text(item.get("content"), f"{column}.content")
    calls = item.get("tool_calls") or item.get("function_call")
    if calls:
        content = "\n".join(part for part in (content, _as_json(calls)) if part)
    return message(item["role"], content)


def _as_json(calls: Any) -> str:
    """Return tool calls as JSON: the name and arguments of each."""
    if isinstance(calls, Mapping):
        calls = [calls]
    functions = [
        call.get("function", call) if isinstance(call, Mapping) else call for call in calls
    ]
    return json.dumps(functions, ensure_ascii=False, sort_keys=True, default=str)


def _convert(record: Mapping[str, Any]) -> Row:
    """Return the conversation as an example."""
    return dialogue(to_messages(record["messages"], "messages"))


def _fits(record: Mapping[str, Any]) -> bool:
    """True for a list of messages."""
    return isinstance(record.get("messages"), list)


MESSAGES = Importer("messages", "chat", _fits, _convert, frozenset({"messages"}))
