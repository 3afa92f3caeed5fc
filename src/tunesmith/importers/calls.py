"""Tool calls and tools in the peers' spellings, as the JSON text that a row holds."""

import json
from collections.abc import Mapping
from typing import Any

from tunesmith.importers.base import Record, ShapeError, first_of
from tunesmith.rows import to_json

TOOLS = ("tools", "functions")


def to_calls(value: Any) -> list[dict[str, Any]]:
    """Return calls as OpenAI has them: `{"type", "function": {"name", "arguments"}}`, `id` if any.

    Args:
        value: one call or a list of calls, as JSON or its text; arguments may be JSON text too.

    Raises:
        ShapeError: a call has no name, or the text is not JSON.
    """
    calls = _parsed(value, "tool_calls")
    return [
        _call(item) for item in (calls if isinstance(calls, list) else [calls] if calls else [])
    ]


def _call(item: Any) -> dict[str, Any]:
    """Return one call; arguments become an object where they are one."""
    function = item.get("function", item) if isinstance(item, Mapping) else None
    if not isinstance(function, Mapping) or not isinstance(function.get("name"), str):
        raise ShapeError('a tool call without a "name"')
    arguments = function.get("arguments", function.get("parameters", {}))
    named = {"id": str(item["id"])} if item.get("id") else {}
    called = {"name": function["name"], "arguments": _arguments(arguments)}
    return {**named, "type": "function", "function": called}


def _arguments(value: Any) -> Any:
    """Return arguments as an object; a text that is no JSON object stays a text."""
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except (json.JSONDecodeError, RecursionError):
        return value
    return found if isinstance(found, Mapping) else value


def tools_of(record: Record) -> str | None:
    """Return the functions that a record's conversation may call.

    Raises:
        ShapeError: they are no list of descriptions.
    """
    column = first_of(record, TOOLS)
    tools = _parsed(record[column], column) if column else None
    if not tools:
        return None
    if not isinstance(tools, list) or not all(isinstance(tool, Mapping) for tool in tools):
        raise ShapeError(f'"{column}" is no list of function descriptions')
    return to_json(tools)


def _parsed(value: Any, column: str) -> Any:
    """Return JSON from its text; what is no text is JSON already."""
    if not isinstance(value, str) or not value.strip():
        return value or None
    try:
        found = json.loads(value)
    except (json.JSONDecodeError, RecursionError):
        raise ShapeError(f'"{column}" holds text that is not JSON') from None
    return found
