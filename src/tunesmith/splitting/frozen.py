"""The ids that are test for ever, one a line under the header `id`."""

import csv
from pathlib import Path

from tunesmith.errors import UserError
from tunesmith.files import write_text


def read_frozen(path: Path) -> set[str]:
    """Return the frozen ids; none until someone freezes them.

    Raises:
        UserError: no such file, another header, or a line that is not one id.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; it needs at least the header `id`") from None
    lines = list(csv.reader(text.splitlines()))
    if not lines or lines[0] != ["id"]:
        raise UserError(f"{path}:1: the header must be `id`")
    for number, cells in enumerate(lines[1:], start=2):
        if len(cells) > 1 or (cells and not cells[0].strip()):
            raise UserError(f"{path}:{number}: one id a line, nothing else")
    return {cells[0].strip() for cells in lines[1:] if cells}


def freeze(path: Path, ids: set[str]) -> int:
    """Add ids to the list, which is sorted; return how many it did not hold.

    Nothing leaves it: a row that is missing today may come back tomorrow.

    Raises:
        UserError: the list cannot be read, see `read_frozen`.
    """
    known = read_frozen(path)
    write_text(path, "\n".join(["id", *sorted(known | ids)]))
    return len(ids - known)
