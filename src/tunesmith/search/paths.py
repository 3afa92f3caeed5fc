"""Dotted paths of dials: `phases.sft.learning_rate`, `clean.steps.3.max_chars`."""

import copy
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

ABSENT = object()


def value_at(tree: Any, path: str) -> Any:
    """Return the value under a path, ABSENT where there is none; a list counts from 0."""
    value = tree
    for part in path.split("."):
        value = _below(value, part)
        if value is ABSENT:
            return ABSENT
    return value


def with_value(tree: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return a copy of a tree with one value set; what lies above it must be there.

    Raises:
        KeyError: a part above the last is missing.
    """
    found = copy.deepcopy(dict(tree))
    *above, last = path.split(".")
    place: Any = found
    for part in above:
        place = _below(place, part)
        if place is ABSENT:
            raise KeyError(path)
    place[int(last) if isinstance(place, list) else last] = value
    return found


def leaves(tree: Any, path: str = "") -> Iterator[str]:
    """Yield the path of every value that is neither a mapping nor a list of them."""
    inner: Any = None
    if isinstance(tree, Mapping):
        inner = tree.items()
    elif isinstance(tree, list) and any(isinstance(item, Mapping) for item in tree):
        inner = enumerate(tree)
    if inner is None:
        yield path
        return
    for key, value in inner:
        yield from leaves(value, f"{path}.{key}" if path else str(key))


def near(path: str, known: list[str]) -> str:
    """Return in words the known paths that a wrong one may have meant."""
    last = path.rpartition(".")[2]
    same = [one for one in known if one.rpartition(".")[2] == last]
    close = list(dict.fromkeys([*same, *get_close_matches(path, known, n=3, cutoff=0.6)]))[:3]
    return f"; did you mean {' or '.join(close)}?" if close else ""


def _below(value: Any, part: str) -> Any:
    """Return the item of a mapping or list that one part of a path names."""
    if isinstance(value, Mapping):
        return value.get(part, ABSENT)
    if isinstance(value, list) and part.isdigit() and int(part) < len(value):
        return value[int(part)]
    return ABSENT
