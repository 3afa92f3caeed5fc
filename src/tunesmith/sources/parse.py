"""Parses the text of a file into records with their line numbers; broken lines are set aside."""

import csv
import json
import math
from collections.abc import Callable, Iterator
from typing import Any, TextIO

from tunesmith.errors import UserError
from tunesmith.records import Item, Record, Rejected
from tunesmith.sources.decode import is_garbled
from tunesmith.sources.json_rows import json_rows
from tunesmith.sources.lines import GARBLED, lines, printable, whole_lines

LONGEST_CELL = 100_000_000
ARRAY = "; an array of rows is read from a .json file"
BROKEN_CSV = {  # what the csv module says → what happened to the row
    "unexpected end of data": "a quote that opens in this row is not closed up to the end of the "
    "file",
    "field larger than field limit": f"a cell of more than {LONGEST_CELL:,} characters, or a quote "
    "that is not closed, begins in this row",
}


def parse_jsonl(stream: TextIO, name: str) -> Iterator[Item]:  # noqa: ARG001
    """Read one JSON object a line; only a line feed ends a line, empty lines are no rows."""
    for item in lines(stream):
        if isinstance(item, Rejected):
            yield item
            continue
        line, raw = item
        if not raw.strip():
            continue
        try:
            yield line, _object(raw)
        except ValueError as error:
            yield Rejected(line, str(error), printable(raw))


def _object(raw: str) -> Record:
    """Return the object that a line holds.

    Raises:
        ValueError: it holds none; the message says why.
    """
    try:
        value = _plain(json.loads(raw))
    except json.JSONDecodeError as error:
        hint = ARRAY if raw.lstrip().startswith("[") else ""
        raise ValueError(f"not JSON: {error.msg} at column {error.colno}{hint}") from None
    except RecursionError:
        raise ValueError("JSON that is nested too deep") from None
    if not isinstance(value, dict):
        hint = ARRAY if isinstance(value, list) else ""
        raise ValueError(f"JSON, but {type(value).__name__} instead of an object{hint}")
    return value


def parse_json(stream: TextIO, name: str) -> Iterator[Item]:
    """Read an array of objects, or an object that holds one array of them; numbers from 1.

    Raises:
        UserError: the file is not JSON, or not of that form.
    """
    try:
        for number, raw in enumerate(json_rows(stream, name), start=1):
            row = _plain(raw)
            if isinstance(row, dict):
                yield number, row
            else:
                reason = f"{type(row).__name__} instead of an object"
                yield Rejected(number, reason, json.dumps(row, ensure_ascii=True))
    except RecursionError:
        raise UserError(f"{name}: JSON that is nested too deep; flatten it") from None


def parse_csv(stream: TextIO, name: str, delimiter: str = ",") -> Iterator[Item]:
    """Read a header and rows; the first row after the header is number 1.

    Args:
        stream: opened so that a line ends at a carriage return too.
        name: of the file, for messages.
        delimiter: between the cells.

    Raises:
        UserError: two columns have one name, or the file breaks the rules of CSV.
    """
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(whole_lines(stream, name), delimiter=delimiter, strict=True)
    line = 1  # on which the row begins that is read
    try:
        header = [column.strip() for column in next(reader, [])]
        _check_header(header, name, delimiter)
        number = 0
        line = reader.line_num + 1
        for cells in reader:
            if cells:
                number += 1
                yield _row(number, cells, header)
            line = reader.line_num + 1
    except csv.Error as error:
        raise UserError(f"{name}:{line}: not valid CSV: {_why(error, reader.line_num)}") from None


def _why(error: csv.Error, line: int) -> str:
    """Say what is wrong with a row that was read up to a line."""
    known = (why for start, why in BROKEN_CSV.items() if str(error).startswith(start))
    why = next(known, f"{error}, on line {line}")
    return f'{why}; put a cell that holds quotes into quotes and write each of them twice: ""'


def _check_header(header: list[str], name: str, delimiter: str) -> None:
    """Refuse a header of cells that are not parted, or in which a column has no name of its own."""
    other = next((mark for mark in ";\t|" if len(header) == 1 and mark in header[0]), None)
    if other:
        raise UserError(
            f"{name}:1: cells are parted by {delimiter!r} here, and the header holds {other!r} in "
            "place of it; save the file with commas as .csv or with tabs as .tsv"
        )
    twice = [column for column in header if header.count(column) > 1]
    if twice:
        raise UserError(f'{name}:1: two columns are called "{twice[0]}"; rename one')


def _row(number: int, cells: list[str], header: list[str]) -> Item:
    """Return one row of a CSV file; it is set aside if it has another number of cells."""
    if any(map(is_garbled, cells)):
        return Rejected(number, GARBLED, printable(",".join(cells)))
    if len(cells) != len(header):
        reason = f"{len(cells)} cells, but the header has {len(header)}"
        return Rejected(number, reason, ",".join(cells))
    return number, dict(zip(header, cells, strict=True))


def parse_tsv(stream: TextIO, name: str) -> Iterator[Item]:
    """Read as `parse_csv` does, with tabs between the cells."""
    return parse_csv(stream, name, delimiter="\t")


def parse_text(stream: TextIO, name: str) -> Iterator[Item]:  # noqa: ARG001
    """Read one text a line; empty lines are no rows."""
    for item in lines(stream):
        if isinstance(item, Rejected):
            yield item
        elif item[1].strip():
            yield item[0], {"text": item[1].rstrip("\r")}


def _plain(value: Any) -> Any:
    """Return a JSON value with null in place of NaN and infinity, which JSON does not have."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


PARSERS: dict[str, Callable[[TextIO, str], Iterator[Item]]] = {
    ".jsonl": parse_jsonl,
    ".ndjson": parse_jsonl,
    ".json": parse_json,
    ".csv": parse_csv,
    ".tsv": parse_tsv,
    ".txt": parse_text,
}
NEWLINES = {".csv": "", ".tsv": ""}  # as `open` has it; elsewhere only a line feed ends a line
