"""Reads the files of sources into examples, one by one; what is none is set aside with a reason."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tunesmith.errors import UserError
from tunesmith.hints import hints_of
from tunesmith.importers import ACCEPTED
from tunesmith.importers.records import examples
from tunesmith.importers.seen import Seen
from tunesmith.progress import Progress
from tunesmith.records import Rejected
from tunesmith.rows import Row
from tunesmith.sources.base import Batch, Reading, SourceBase
from tunesmith.sources.manifest import Entry, Tally, described

RAW_CHARS = 2000


class Outputs(NamedTuple):
    """Where examples and what was set aside go, one by one."""

    example: Callable[[Row], None]
    aside: Callable[[Mapping[str, Any]], None]


class FileRead(NamedTuple):
    """What the manifest says of one file, and what the person who reads the run should know."""

    entry: Entry
    notes: tuple[str, ...]


def read_file(
    outputs: Outputs, batch: Batch, source: SourceBase, folder: Path, seen: Seen
) -> FileRead:
    """Pass on the examples of one file and what was set aside.

    Args:
        outputs: what they are given to.
        batch: the file.
        source: what params.yaml says about its records.
        folder: where the names of files start.
        seen: the ids given so far.

    Raises:
        UserError: the file cannot be read, or none of its records is an example.
    """
    reading, tally, progress = Reading(batch.read()), Tally(), Progress(batch.name)
    for found in examples(reading, batch.name, hints_of(source), seen):
        progress.add()
        if isinstance(found, Rejected):
            tally.put_aside(found)
            outputs.aside(_quarantined(batch.name, found))
        else:
            tally.add(*found)
            outputs.example(found.row)
    if tally.first and not tally.rows:
        raise UserError(
            f"{folder / batch.name}:{tally.first.line}: {tally.first.reason}; none of its "
            f"{tally.aside:,} rows can be used. Accepted shapes: {ACCEPTED}; `columns:` renames "
            "columns"
        )
    return FileRead(described(batch.name, reading.facts, source, tally), reading.facts.notes)


def _quarantined(name: str, rejected: Rejected) -> Mapping[str, Any]:
    """Return what the quarantine says about a line."""
    line, reason, raw = rejected
    return {"file": name, "line": line, "reason": reason, "raw": raw[:RAW_CHARS]}
