"""Reads JSON as RFC 8259 has it, and the fields of what was read."""

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

FENCED = re.compile(r"\A\s*```[\w-]*[ \t]*\n(.*?)\n?[ \t]*```\s*\Z", re.DOTALL)
Field = tuple[str | int, ...]


class NotJsonError(ValueError):
    """A text that is no JSON, or nested or long beyond what can be read."""


def _refused(name: str) -> NoReturn:
    """Refuse NaN and infinities."""
    raise NotJsonError(f"{name} is no JSON")


DECODER = json.JSONDecoder(parse_constant=_refused)


def read(text: str) -> Any:
    """Return the value of a JSON text; NaN and Infinity, which Python would take, are none.

    Raises:
        NotJsonError: it cannot be read.
    """
    try:
        return DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise NotJsonError(str(error)) from None


def is_json(text: str) -> bool:
    """True if a text can be read."""
    try:
        read(text)
    except NotJsonError:
        return False
    return True


def unfenced(text: str) -> str:
    """Return what stands inside a Markdown code block, where that is all of the text."""
    block = FENCED.match(text)
    return block[1] if block else text


def fields(value: Any) -> dict[Field, Any]:
    """Return path → value of every string, number, true, false, null and empty list or object."""
    return dict(_leaves(value))


def same(one: Any, other: Any) -> bool:
    """True for equal values of one JSON type: 1 and 1.0 are equal, 1 and true or "1" are not."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _leaves(value: Any) -> Iterator[tuple[Field, Any]]:
    """Walk the tree without recursion, so that no nesting is too deep."""
    stack: list[tuple[Field, Any]] = [((), value)]
    while stack:
        path, part = stack.pop()
        if isinstance(part, dict) and part:
            stack += [((*path, key), item) for key, item in part.items()]
        elif isinstance(part, list) and part:
            stack += [((*path, place), item) for place, item in enumerate(part)]
        else:
            yield path, part
