"""The format that a text is in: JSON, fenced code, a list, or none of these."""

import json
import re
from typing import Any

FENCE = re.compile(r"^\s*```", re.MULTILINE)
ITEM = re.compile(r"^\s*(?:[-*•·]|\d{1,2}[.)、．]|[（(]\d{1,2}[)）])\s*\S", re.MULTILINE)
FEWEST_ITEMS = 2


def breaks_format(answer: str, reference: str) -> bool:
    """Whether a reference is JSON, fenced code or a list, and the answer is not.

    An object has to have the keys of the reference, a fence has to be closed.
    """
    wanted = parsed_json(reference)
    if wanted is not None:
        return not _fits(parsed_json(answer), wanted)
    if FENCE.search(reference):
        fences = len(FENCE.findall(answer))
        return fences == 0 or fences % 2 == 1
    return is_list(reference) and not is_list(answer)


def parsed_json(text: str) -> dict[str, Any] | list[Any] | None:
    """Return the object or array that a text is, or None; NaN and Infinity are no JSON."""
    bare = text.strip()
    if not bare.startswith(("{", "[")):
        return None
    try:
        found = json.loads(bare, parse_constant=_no_json)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict | list) else None


def _no_json(constant: str) -> None:
    """Refuse what Python writes and JSON does not know."""
    raise ValueError(constant)


def is_list(text: str) -> bool:
    """Whether a text has two lines or more that are items of a list."""
    return len(ITEM.findall(text)) >= FEWEST_ITEMS


def _fits(given: Any, wanted: dict[str, Any] | list[Any]) -> bool:
    """Whether JSON is of the kind that was wanted, with its keys."""
    if isinstance(wanted, dict):
        return isinstance(given, dict) and set(wanted) <= set(given)
    return isinstance(given, list)
