"""The rows and sources that nothing may be trained on any more: `row,ID` or `source,NAME`."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tunesmith.errors import UserError
from tunesmith.fields import field_of
from tunesmith.files import write_text
from tunesmith.rows import Row, parents_of

HEADER = ["kind", "name"]
KINDS = ("row", "source")


class Forgotten(NamedTuple):
    """Ids of rows, and names of files or data sets all of whose rows are meant."""

    rows: frozenset[str]
    sources: frozenset[str]

    def __bool__(self) -> bool:
        """Whether there is anything to forget."""
        return bool(self.rows or self.sources)

    def why(self, row: Row) -> str | None:
        """Return why a row is to be forgotten; None: it is not."""
        if not self.rows.isdisjoint({row["id"], *parents_of(row)}):
            return "a request to forget the row"
        if {row["source"], field_of(row, "source")} & self.sources:
            return "a request to forget its source"
        return None


def read_forgotten(path: Path) -> Forgotten:
    """Return what is to be forgotten; nothing until someone asks.

    Raises:
        UserError: no such file, another header, or a line that is not a kind and a name.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; it needs the header `kind,name`") from None
    lines = list(csv.reader(io.StringIO(text)))
    if not lines or lines[0] != HEADER:
        raise UserError(f"{path}:1: the header must be `kind,name`")
    found: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for number, cells in enumerate(lines[1:], start=2):
        if len(cells) != 2 or cells[0] not in KINDS or not cells[1].strip():
            raise UserError(f"{path}:{number}: `row,ID` or `source,NAME`, nothing else")
        found[cells[0]].add(cells[1].strip())
    return Forgotten(frozenset(found["row"]), frozenset(found["source"]))


def add_forgotten(path: Path, rows: Iterable[str], sources: Iterable[str]) -> int:
    """Add to the list, which is sorted; return how many entries it did not hold.

    Nothing leaves it: what was asked to be forgotten may not come back by a new delivery.

    Raises:
        UserError: the list cannot be read, see `read_forgotten`.
    """
    known = read_forgotten(path)
    before = [*(("row", one) for one in known.rows), *(("source", one) for one in known.sources)]
    new = {*(("row", one) for one in rows), *(("source", one) for one in sources)} - set(before)
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([HEADER, *sorted([*before, *new])])
    write_text(path, out.getvalue())
    return len(new)
