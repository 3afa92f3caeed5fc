"""Reads a file of CheckList's cases, one a line, plain or .gz."""

import gzip
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from tunesmith.errors import UserError

NEEDED = ("suite", "test", "type", "capability", "case", "data", "label")
Record: TypeAlias = Mapping[str, Any]


def read_checklist(path: Path, source: str) -> dict[str, list[Record]]:
    """Return the cases of each test, named by suite and test.

    Args:
        path: of the file.
        source: file and line that name it, for messages.

    Raises:
        UserError: the file is missing, broken, or not in this form.
    """
    return _by_test(_read(path, source))


def _read(path: Path, source: str) -> Iterator[Record]:
    """Yield the cases of a file."""
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8", newline="\n") as lines:
            for number, text in enumerate(lines, start=1):
                if text.strip():
                    yield _record(text, f"{path}:{number}")
    except FileNotFoundError:
        raise UserError(f"{source}: checklist: no such file {path}") from None
    except (UnicodeDecodeError, EOFError, gzip.BadGzipFile) as error:
        raise UserError(f"{path}: not JSON Lines in UTF-8, plain or gzip: {error}") from None


def _record(text: str, place: str) -> Record:
    """Return the case of a line."""
    try:
        record = json.loads(text)
    except json.JSONDecodeError as error:
        raise UserError(f"{place}: not JSON: {error.msg} at column {error.colno}") from None
    missing = [key for key in NEEDED if not isinstance(record, dict) or key not in record]
    if missing:
        needed = ", ".join(NEEDED)
        raise UserError(f"{place}: no {', '.join(missing)}; a case of CheckList has {needed}")
    if record["type"] not in ("MFT", "INV", "DIR"):
        raise UserError(f"{place}: type {record['type']!r}; known: MFT, INV, DIR")
    return dict(record)


def _by_test(records: Iterator[Record]) -> dict[str, list[Record]]:
    """Return the cases of each test, named by suite and test."""
    tests: dict[str, list[Record]] = {}
    for record in records:
        tests.setdefault(f"{record['suite']}: {record['test']}", []).append(record)
    return tests
