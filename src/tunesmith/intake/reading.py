"""Reads dropped files as stage `collect` would; one that cannot be read does not hide the rest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tunesmith.collecting import Outputs, read_file
from tunesmith.errors import UserError
from tunesmith.importers.seen import Seen
from tunesmith.intake.files import Dropped
from tunesmith.rows import Row
from tunesmith.sources.manifest import Entry


class Unread(NamedTuple):
    """A file that cannot be read, and why."""

    file: Dropped
    why: str


@dataclass
class Read:
    """What came out of all files.

    Attributes:
        rows: the examples.
        aside: the lines that are none: file, line, reason.
        entries: what the manifest would say of each file.
        notes: what is to be known of a file, with its name before it.
        unread: the files of which nothing came.
    """

    rows: list[Row] = field(default_factory=list)
    aside: list[Mapping[str, Any]] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


def read_all(files: Iterable[Dropped]) -> Read:
    """Read every file; nothing is kept of one that turns out to be broken half-way."""
    read, seen = Read(), Seen()
    for file in files:
        rows: list[Row] = []
        aside: list[Mapping[str, Any]] = []
        try:
            batch = file.batch()
            outputs = Outputs(rows.append, aside.append)
            source = file.source.described_by(batch)
            entry, notes = read_file(outputs, batch, source, file.folder, seen)
        except UserError as error:
            read.unread.append(Unread(file, str(error)))
            continue
        read.rows += rows
        read.aside += aside
        read.entries.append(entry)
        read.notes += [f"{file.path}: {note}" for note in notes]
    return read
