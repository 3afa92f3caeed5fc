"""Writes and reads the file for people who prefer a spreadsheet: CSV, or one JSON object a line."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from tunesmith.errors import UserError
from tunesmith.files import csv_cell, replacing, write_jsonl
from tunesmith.review.sheet import COLUMNS, Cells
from tunesmith.text.json_lines import json_lines

BEGINS = ("'", "=", "+", "-", "@", "\t", "\r")
LONGEST_CELL = 16 * 1024 * 1024
ENDS = (".csv", ".jsonl")


def checked_name(path: Path) -> Path:
    """Return a path whose ending says what it is.

    Raises:
        UserError: it does not.
    """
    if path.suffix not in ENDS:
        raise UserError(f"{path}: a name that ends in .csv or .jsonl")
    return path


def write_sheet(path: Path, lines: Sequence[Cells]) -> None:
    """Write a sheet; in CSV no cell is a formula, and a mark of byte order tells Excel UTF-8.

    Raises:
        UserError: the file is there: somebody may have written into it.
    """
    if checked_name(path).exists():
        raise UserError(f"{path} is there; take it back with --read, or give another name")
    if path.suffix == ".jsonl":
        write_jsonl(path, [dict(line) for line in lines])
        return
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(COLUMNS)
    table.writerows([_guarded(line[name]) for name in COLUMNS] for line in lines)
    with replacing(path) as temporary:
        temporary.write_text(text.getvalue(), encoding="utf-8-sig", newline="")


def read_sheet(path: Path) -> Iterator[tuple[str, Cells]]:
    """Yield the place, `file:line`, and the cells of each line; further columns are left aside.

    Raises:
        UserError: no such file, not UTF-8, or a column is missing; names file and line.
    """
    found = _json_cells(path) if checked_name(path).suffix == ".jsonl" else _csv_cells(path)
    for number, cells in found:
        where = f"{path}:{number}"
        missing = [name for name in COLUMNS if name not in cells]
        if missing:
            raise UserError(f"{where}: no column {', '.join(missing)}; --file writes them all")
        yield where, {name: cells[name] for name in COLUMNS}


def _json_cells(path: Path) -> Iterator[tuple[int, Cells]]:
    """Yield the lines of a file of JSON objects."""
    for number, data in json_lines(path):
        for name, cell in data.items():
            if not isinstance(cell, str):
                raise UserError(f"{path}:{number}: {name}: a text, not {cell!r}")
        yield number, data


def _csv_cells(path: Path) -> Iterator[tuple[int, Cells]]:
    """Yield the lines of a CSV file under its header; `,`, `;` or a tab between the cells."""
    text = _text(path)
    csv.field_size_limit(LONGEST_CELL)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    before = 0
    header: list[str] | None = None
    try:
        for cells in lines:
            number, before = before + 1, lines.line_num
            if header is None:
                header = [cell.strip() for cell in cells]
            elif any(cells):
                if len(cells) != len(header):
                    raise UserError(
                        f"{path}:{number}: {len(cells)} cells under {len(header)} columns"
                    )
                yield number, dict(zip(header, map(_bare, cells), strict=True))
    except csv.Error as error:
        raise UserError(f"{path}:{lines.line_num}: not CSV: {error}") from None


def _text(path: Path) -> str:
    """Return a file's text."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; --file writes it") from None
    except UnicodeDecodeError as error:
        raise UserError(
            f"{path}: not UTF-8 at byte {error.start}; save it as `CSV UTF-8`"
        ) from None


def _delimiter(text: str) -> str:
    """Return what stands between the columns of the first line."""
    first = text.split("\n", 1)[0]
    return max(",;\t", key=first.count)


def _guarded(text: str) -> str:
    """Return a cell that is no formula, and that `_bare` turns back."""
    return f"'{text}" if text.startswith("'") else csv_cell(text)


def _bare(text: str) -> str:
    """Return a cell without the mark that kept it from being a formula."""
    return text[1:] if text.startswith("'") and text[1:].startswith(BEGINS) else text
