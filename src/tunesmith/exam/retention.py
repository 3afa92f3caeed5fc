"""Retention sets: files that show whether a tuned model still knows what its base knew."""

import re
from pathlib import Path

from tunesmith.errors import UserError
from tunesmith.importers.records import Hints, examples
from tunesmith.importers.seen import Seen
from tunesmith.records import Rejected
from tunesmith.rows import Row
from tunesmith.sets import RETENTION
from tunesmith.sources.base import Batch
from tunesmith.sources.file import FORMATS, FileSource

NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")


def retention_rows(folder: Path) -> list[Row]:
    """Return the rows of every file of a folder; `split` is `retention:NAME` of the file.

    Any shape that `collect` reads is read: plain text is scored, a question is answered.

    Raises:
        UserError: a name that is no word or that two files have, or a line that is no example;
            nothing is left out.
    """
    files = sorted(path for path in folder.glob("*") if _is_set(path))
    _refuse_twins(files)
    seen = Seen()
    return [row for path in files for row in _rows(path, folder, seen)]


def _is_set(path: Path) -> bool:
    """Whether a file holds rows; a README does not."""
    return any(end in FORMATS for end in path.suffixes) and not path.name.startswith(".")


def _refuse_twins(files: list[Path]) -> None:
    """Refuse two files that would be one set."""
    known: dict[str, Path] = {}
    for path in files:
        other = known.setdefault(path.name.partition(".")[0], path)
        if other != path:
            raise UserError(f"{path}: {other.name} is the set of this name already; rename one")


def _rows(path: Path, folder: Path, seen: Seen) -> list[Row]:
    """Return the rows of one set."""
    name = path.name.partition(".")[0]
    if not NAME.fullmatch(name):
        raise UserError(
            f"{path}: a retention set is called by letters, digits, - and _; rename the file"
        )
    [batch] = FileSource(path=path.name).batches(folder)
    return [{**row, "split": RETENTION + name} for row in _examples(batch, path, seen)]


def _examples(batch: Batch, path: Path, seen: Seen) -> list[Row]:
    """Return the examples of one file.

    Raises:
        UserError: a line is none.
    """
    rows = []
    source = f"{path.parent.name}/{batch.name}"  # not that of a file that is collected
    for found in examples(batch.read(), source, Hints(), seen):
        if isinstance(found, Rejected):
            raise UserError(
                f"{path}:{found.line}: {found.reason}; mend the line or take it out: what is asked "
                "of every model must be whole"
            )
        rows.append(found.row)
    return rows
