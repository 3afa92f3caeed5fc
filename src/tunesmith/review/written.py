"""Rows that a person wrote from nothing: one file, lines are only added."""

from pathlib import Path
from typing import Any

from pydantic import RootModel

from tunesmith.errors import UserError
from tunesmith.local_page.journal import Journal
from tunesmith.local_page.lines import parsed, read_lines
from tunesmith.review.row_check import checked
from tunesmith.rows import CONTENT, Row, row_id

BY = "written_by"


class Line(RootModel[dict[str, Any]]):
    """One row: its columns, and beside them `slice`, the name of the slice it is for."""


def read_written(path: Path) -> list[Row]:
    """Return the rows of a file; one that is not there holds none.

    Raises:
        UserError: a line is no row; names file and line.
    """
    return [one.root for one in read_lines(path, line_of).said]


def line_of(line: bytes, where: str) -> Line:
    """Return the row of one line."""
    found = parsed(Line, line, where, "row")
    checked({name: cell for name, cell in found.root.items() if name != "slice"}, where)
    return found


def new_row(cells: Row, slice_name: str, reviewer: str | None) -> Row:
    """Return a row as the file holds it.

    Raises:
        UserError: it is not ready for a round.
    """
    unknown = sorted(set(cells) - {"task", *CONTENT})
    if unknown:
        raise UserError(f"this row: unknown {', '.join(unknown)}")
    row = {name: cell for name, cell in cells.items() if cell is not None}
    checked(row, "this row")
    meta = {"meta": {BY: reviewer}} if reviewer else {}
    return {**row, **meta, **({"slice": slice_name} if slice_name else {})}


def add_row(path: Path, row: Row) -> bool:
    """Write a row down; False if the file has one of that content already.

    Raises:
        UserError: another process is writing, or the file is broken.
        OSError: it could not be written, and is not.
    """
    journal = Journal(path, line_of, "tunesmith review")
    try:
        if row_id("", row) in {row_id("", one.root) for one in journal.lines}:
            return False
        journal.add(Line(row))
        return True
    finally:
        journal.close()
