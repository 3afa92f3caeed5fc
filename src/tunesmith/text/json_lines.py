"""Reads JSON Lines, plain or .gz: each fault is named with file and line."""

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tunesmith.errors import UserError

BROKEN_GZIP = (EOFError, gzip.BadGzipFile, zlib.error)


def json_lines(path: Path, named_by: str | None = None) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the number and the object of each line that is not empty.

    Args:
        path: of the file, in UTF-8 with or without a mark of byte order; `.gz` is unpacked.
        named_by: what names the file, for the message that there is none.

    Raises:
        UserError: the file is missing or broken, or a line is no JSON object.
    """
    for number, raw in _lines(path, named_by):
        place = f"{path}:{number}"
        text = _text(raw, place)
        if text.strip():
            yield number, _object(text, place)


def _lines(path: Path, named_by: str | None) -> Iterator[tuple[int, bytes]]:
    """Yield number and bytes of each line."""
    number = 0
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
            for number, raw in enumerate(lines, start=1):
                yield number, raw
    except FileNotFoundError:
        named = f"; named by {named_by}" if named_by else ""
        raise UserError(f"{path}: no such file{named}") from None
    except IsADirectoryError:
        raise UserError(f"{path}: a folder; give a file of JSON Lines, plain or .gz") from None
    except BROKEN_GZIP as error:
        raise UserError(
            f"{path}: not gzip, or cut off after line {number}: {error}; get the file again, or "
            "take .gz off its name if it is plain"
        ) from None


def _text(raw: bytes, place: str) -> str:
    """Return a line as text."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{place}: not UTF-8 at byte {error.start}; save it as UTF-8") from None


def _object(text: str, place: str) -> dict[str, Any]:
    """Return the object of a line."""
    try:
        found = json.loads(text, parse_constant=_no_json)
    except json.JSONDecodeError as error:
        raise UserError(
            f"{place}: not JSON: {error.msg} at column {error.colno}; one object on one line"
        ) from None
    except RecursionError:
        raise UserError(
            f"{place}: not read: lists or objects too deep inside one another"
        ) from None
    except ValueError as error:
        raise UserError(f"{place}: not JSON: {error}; one object on one line") from None
    if not isinstance(found, dict):
        raise UserError(f"{place}: not a JSON object; one object on one line")
    return found


def _no_json(constant: str) -> None:
    """Refuse what Python writes and JSON does not know."""
    raise ValueError(f"{constant} is no JSON, write null")
