"""Reads and tests a field of a row: a column such as `lang`, or the source's `meta.intent`."""

import json
import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from tunesmith.rows import Row, meta_of

LINE = re.compile(r":\d+$")
Conditions: TypeAlias = dict[str, str | list[str]]  # field: value, or any of several

ABSENT = "(none)"  # the value of rows that have none
NAMED = ("task", "label", "source", "licence", "lang", "group", "split", "op")


def checked_field(name: str) -> str:
    """Return the name of a field, or say which names there are.

    Raises:
        ValueError: it is neither a column that groups rows nor `meta.<key>`.
    """
    if name in NAMED or (name.startswith("meta.") and name != "meta."):
        return name
    raise ValueError(f'no field "{name}"; known: {", ".join(NAMED)}, meta.<key>')


def field_of(row: Row, name: str) -> str | None:
    """Return the field's value as text, of `source` the file; None where the row has none."""
    if name.startswith("meta."):
        return as_text(meta_of(row).get(name.removeprefix("meta.")))
    value = row.get(name)
    return LINE.sub("", value) if name == "source" and value else value


def as_text(value: Any) -> str | None:
    """Return a value of `meta` as text: a text as it is, all else as JSON, None of nothing."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def shown_field(row: Row, name: str) -> str:
    """Return the field's value as slices and counts show it."""
    value = field_of(row, name)
    return ABSENT if value is None else value


def checked_conditions(conditions: Conditions) -> Conditions:
    """Return conditions whose every field a row can have.

    Raises:
        ValueError: a name is no field.
    """
    for name in conditions:
        checked_field(name)
    return conditions


def meets(row: Row, conditions: Mapping[str, str | list[str]]) -> bool:
    """True for a row that meets every condition; without any, every row does."""
    return all(
        field_of(row, name) in ([wanted] if isinstance(wanted, str) else wanted)
        for name, wanted in conditions.items()
    )
