"""Read every source into one table of examples; what is no example is set aside with its reason.

Rows are read, turned into examples and written one by one: no file is ever held as a whole.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tunesmith.collecting import FileRead, Outputs, read_file
from tunesmith.files import write_json, writing_jsonl
from tunesmith.importers.seen import Seen
from tunesmith.row_writer import writing_rows
from tunesmith.rows import Row
from tunesmith.sources import CollectParams, Source
from tunesmith.sources.manifest import Entry, totals
from tunesmith.stage import parse_paths, run_stage


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
            read = read_file(outputs, batch, source.described_by(batch), folder, seen)
            _tell(read)
            entries.append(read.entry)
    return entries


def _tell(read: FileRead) -> None:
    """Print what one file gave."""
    entry, notes = read
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
