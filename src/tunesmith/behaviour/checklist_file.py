"""Reads a file of CheckList's cases, one a line, plain or .gz."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from tunesmith.errors import UserError
from tunesmith.text.json_lines import json_lines

NEEDED = ("suite", "test", "type", "capability", "case", "data", "label")
NAMES = ("suite", "test", "capability")
Record: TypeAlias = Mapping[str, Any]


def read_checklist(path: Path, source: str) -> dict[str, list[Record]]:
    """Return the cases of each test, named by suite and test.

    Args:
        path: of the file.
        source: file and line that name it, for messages.

    Raises:
        UserError: the file is missing, broken, or not in this form.
    """
    if not path.is_file():
        raise UserError(
            f"{source}: checklist: no such file {path}; paths begin in the folder of the tests"
        )
    tests: dict[str, dict[str, Record]] = {}
    for number, record in json_lines(path):
        _check(record, f"{path}:{number}")
        test = tests.setdefault(f"{record['suite']}: {record['test']}", {})
        _check_beside(record, test, f"{path}:{number}")
        test[str(record["case"])] = record
    if not tests:
        raise UserError(f"{path}: holds no case; named by {source}")
    return {name: list(cases.values()) for name, cases in tests.items()}


def _check(record: Record, place: str) -> None:
    """Refuse what is no case."""
    missing = [key for key in NEEDED if key not in record]
    if missing:
        needed = ", ".join(NEEDED)
        raise UserError(f"{place}: no {', '.join(missing)}; a case of CheckList has {needed}")
    if record["type"] not in ("MFT", "INV", "DIR"):
        raise UserError(f"{place}: type {record['type']!r}; known: MFT, INV, DIR")
    for key in NAMES:
        if not isinstance(record[key], str) or not record[key].strip():
            raise UserError(f"{place}: {key} {record[key]!r} is no name")
    data = record["data"]
    texts = data if isinstance(data, list) else [data]
    if data is not None and not all(_is_text(one) for one in texts):
        raise UserError(
            f"{place}: data is no text, list of texts or list of pairs of texts; null where there "
            "is none"
        )


def _is_text(item: Any) -> bool:
    """Whether an item is a text or a pair of texts."""
    return isinstance(item, str) or (
        isinstance(item, list) and bool(item) and all(isinstance(one, str) for one in item)
    )


def _check_beside(record: Record, others: Mapping[str, Record], place: str) -> None:
    """Refuse a case that does not fit to those of its test before it."""
    name = record["test"]
    if str(record["case"]) in others:
        raise UserError(f"{place}: a case {record['case']} of {name!r} is there already")
    first = next(iter(others.values()), record)
    if record["type"] != first["type"]:
        raise UserError(f"{place}: type {record['type']}; {name!r} began as {first['type']}")
