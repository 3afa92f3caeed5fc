"""Parses the text of a file into records with their line numbers; broken lines are set aside."""

import csv
import io
import json
import math
from collections.abc import Callable
from typing import Any, NamedTuple

from tunesmith.errors import UserError
from tunesmith.sources.base import Broken, Record
from tunesmith.sources.decode import is_garbled

LONGEST_CELL = 100_000_000
LONGEST_LINE = 50_000_000  # characters; a longer one is no row
KEPT_RAW_CHARS = 10_000  # of a broken line


class Parsed(NamedTuple):
    """Records with their line or number, and the lines that are none."""

    records: list[tuple[int, Record]]
    broken: list[Broken]


def parse_jsonl(text: str, name: str) -> Parsed:  # noqa: ARG001
    """Read one JSON object a line; only a line feed ends a line, empty lines are no rows."""
    parsed = Parsed([], [])
    for line, raw in enumerate(text.split("\n"), start=1):
        if not raw.strip():
            continue
        try:
            parsed.records.append((line, _object(raw)))
        except ValueError as error:
            parsed.broken.append(Broken(line, str(error), _printable(raw)))
    return parsed


def _object(raw: str) -> Record:
    """Return the object that a line holds.

    Raises:
        ValueError: it holds none; the message says why.
    """
    if len(raw) > LONGEST_LINE:
        raise ValueError(f"a line of {len(raw):,} characters; at most {LONGEST_LINE:,} are read")
    if is_garbled(raw):
        raise ValueError("bytes that are not UTF-8, unlike the rest of the file")
    try:
        value = _plain(json.loads(raw))
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} at column {error.colno}") from None
    except RecursionError:
        raise ValueError("JSON that is nested too deep") from None
    if not isinstance(value, dict):
        raise ValueError(f"JSON, but {type(value).__name__} instead of an object")
    return value


def parse_json(text: str, name: str) -> Parsed:
    """Read an array of objects, or an object that holds one array of them; numbers from 1.

    Raises:
        UserError: the file is not JSON, or not of that form.
    """
    try:
        value = _plain(json.loads(text))
    except json.JSONDecodeError as error:
        raise UserError(
            f"{name}:{error.lineno}: not JSON: {error.msg} at column {error.colno}; "
            "one object a line is read from a .jsonl file"
        ) from None
    except RecursionError:
        raise UserError(f"{name}: JSON that is nested too deep; flatten it") from None
    except ValueError as error:  # a whole number of too many digits
        raise UserError(f"{name}: not JSON that can be read: {error}") from None
    lists = (
        [cell for cell in value.values() if isinstance(cell, list)]
        if isinstance(value, dict)
        else []
    )
    rows = lists[0] if len(lists) == 1 else value
    if not isinstance(rows, list):
        raise UserError(f"{name}: no array of objects; write `[{{…}}, {{…}}]` or a .jsonl file")
    parsed = Parsed([], [])
    for number, row in enumerate(rows, start=1):
        if isinstance(row, dict):
            parsed.records.append((number, row))
        else:
            reason = f"{type(row).__name__} instead of an object"
            parsed.broken.append(Broken(number, reason, json.dumps(row, ensure_ascii=True)))
    return parsed


def parse_csv(text: str, name: str, delimiter: str = ",") -> Parsed:
    """Read a header and rows; the first row after the header is number 1.

    Raises:
        UserError: two columns have one name, or the file breaks the rules of CSV.
    """
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    parsed = Parsed([], [])
    try:
        header = [column.strip() for column in next(reader, [])]
        _check_header(header, name)
        for number, cells in enumerate(filter(None, reader), start=1):
            _add(parsed, number, cells, header)
    except csv.Error as error:
        raise UserError(
            f"{name}:{reader.line_num}: not valid CSV: {error}; quote cells that hold quotes"
        ) from None
    return parsed


def _check_header(header: list[str], name: str) -> None:
    """Refuse a header in which a column has no name of its own."""
    twice = [column for column in header if header.count(column) > 1]
    if twice:
        raise UserError(f'{name}:1: two columns are called "{twice[0]}"; rename one')


def _add(parsed: Parsed, number: int, cells: list[str], header: list[str]) -> None:
    """Add one row of a CSV file, or set it aside if it has another number of cells."""
    raw = ",".join(cells)
    if is_garbled(raw):
        reason = "bytes that are not UTF-8, unlike the rest of the file"
        parsed.broken.append(Broken(number, reason, _printable(raw)))
    elif len(cells) != len(header):
        reason = f"{len(cells)} cells, but the header has {len(header)}"
        parsed.broken.append(Broken(number, reason, raw))
    else:
        parsed.records.append((number, dict(zip(header, cells, strict=True))))


def parse_tsv(text: str, name: str) -> Parsed:
    """Read as `parse_csv` does, with tabs between the cells."""
    return parse_csv(text, name, delimiter="\t")


def parse_text(text: str, name: str) -> Parsed:  # noqa: ARG001
    """Read one text a line; empty lines are no rows."""
    parsed = Parsed([], [])
    for line, raw in enumerate(text.split("\n"), start=1):
        if is_garbled(raw):
            reason = "bytes that are not UTF-8, unlike the rest of the file"
            parsed.broken.append(Broken(line, reason, _printable(raw)))
        elif raw.strip():
            parsed.records.append((line, {"text": raw.rstrip("\r")}))
    return parsed


def _plain(value: Any) -> Any:
    """Return a JSON value with null in place of NaN and infinity, which JSON does not have."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _printable(raw: str) -> str:
    """Return the start of a text, with a mark in place of each byte that was not UTF-8."""
    return raw[:KEPT_RAW_CHARS].encode("utf-8", "surrogateescape").decode("utf-8", "replace")


PARSERS: dict[str, Callable[[str, str], Parsed]] = {
    ".jsonl": parse_jsonl,
    ".ndjson": parse_jsonl,
    ".json": parse_json,
    ".csv": parse_csv,
    ".tsv": parse_tsv,
    ".txt": parse_text,
}
