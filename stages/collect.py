"""Read every source into one table of examples; what is no example is set aside with its reason.

Rows are read, turned into examples and written one by one: no file is ever held as a whole.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tunesmith.errors import UserError
from tunesmith.files import write_json, writing_jsonl
from tunesmith.hints import hints_of
from tunesmith.importers import ACCEPTED
from tunesmith.importers.records import examples
from tunesmith.importers.seen import Seen
from tunesmith.progress import Progress
from tunesmith.records import Rejected
from tunesmith.row_writer import writing_rows
from tunesmith.rows import Row
from tunesmith.sources import CollectParams, Source
from tunesmith.sources.base import Batch, Reading, SourceBase
from tunesmith.sources.manifest import Entry, Tally, described, totals
from tunesmith.stage import parse_paths, run_stage

RAW_CHARS = 2000


class Outputs(NamedTuple):
    """Where examples and what was set aside go, one by one."""

    example: Callable[[Row], None]
    aside: Callable[[Mapping[str, Any]], None]


class Collected(NamedTuple):
    """All examples, all lines that were set aside, and one manifest entry for each file."""

    rows: list[Row]
    quarantine: list[Mapping[str, Any]]
    entries: list[Entry]


def collect(folder: Path, sources: Sequence[Source]) -> Collected:
    """Return the examples of all sources in their order, held as a whole: for few rows.

    Raises:
        UserError: see `collect_into`.
    """
    rows: list[Row] = []
    quarantine: list[Mapping[str, Any]] = []
    entries = collect_into(Outputs(rows.append, quarantine.append), folder, sources)
    return Collected(rows, quarantine, entries)


def collect_into(outputs: Outputs, folder: Path, sources: Sequence[Source]) -> list[Entry]:
    """Pass on the examples of all sources in their order; return one manifest entry a file.

    Raises:
        UserError: a source cannot be read, or none of its records is an example.
    """
    seen = Seen()
    entries: list[Entry] = []
    for source in sources:
        for batch in source.batches(folder):
            entries.append(_file(outputs, batch, source.described_by(batch), folder, seen))
    return entries


def _file(outputs: Outputs, batch: Batch, source: SourceBase, folder: Path, seen: Seen) -> Entry:
    """Pass on the examples of one file and what was set aside; return its manifest entry."""
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
    entry = described(batch.name, reading.facts, source, tally)
    _tell(entry, reading.facts.notes)
    return entry


def _quarantined(name: str, rejected: Rejected) -> Mapping[str, Any]:
    """Return what the quarantine says about a line."""
    line, reason, raw = rejected
    return {"file": name, "line": line, "reason": reason, "raw": raw[:RAW_CHARS]}


def _tell(entry: Entry, notes: tuple[str, ...]) -> None:
    """Print what one file gave."""
    shapes = ", ".join(f"{rows:,} {shape}" for shape, rows in sorted(entry["shapes"].items()))
    languages = ", ".join(f"{rows:,} {lang}" for lang, rows in sorted(entry["languages"].items()))
    aside = f"; {entry['quarantined']:,} set aside" if entry["quarantined"] else ""
    print(f"{entry['path']}: {shapes} ({languages}){aside}")
    for note in notes:
        print(f"{entry['path']}: {note}")


def main() -> None:
    """Collect the sources; write examples, quarantine and manifest."""
    paths = parse_paths("--folder", "--examples", "--quarantine", "--manifest")
    sources = CollectParams.read("collect").sources
    with writing_rows(paths.examples) as rows, writing_jsonl(paths.quarantine) as aside:
        entries = collect_into(Outputs(rows.add, aside), paths.folder, sources)
    write_json(paths.manifest, {"sources": entries, "totals": totals(entries)})


if __name__ == "__main__":
    run_stage(main)
