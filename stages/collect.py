"""Read every source into one table of examples; what is no example is set aside with its reason."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tunesmith.errors import UserError
from tunesmith.files import write_json, write_jsonl
from tunesmith.importers import ACCEPTED
from tunesmith.importers.records import Hints, import_records
from tunesmith.rows import Row, to_frame, write_rows
from tunesmith.sources import CollectParams, Source
from tunesmith.sources.base import Batch, SourceBase
from tunesmith.sources.manifest import Entry, described, totals
from tunesmith.stage import parse_paths, run_stage

RAW_CHARS = 2000


class Collected(NamedTuple):
    """All examples, all lines that were set aside, and one manifest entry for each file."""

    rows: list[Row]
    quarantine: list[dict[str, Any]]
    entries: list[Entry]


def collect(folder: Path, sources: Sequence[Source]) -> Collected:
    """Return the examples of all sources in their order.

    Raises:
        UserError: a source cannot be read, or none of its records is an example.
    """
    collected = Collected([], [], [])
    seen: Counter[str] = Counter()
    for source in sources:
        for batch in source.batches(folder):
            _add(collected, batch, source.described_by(batch), folder, seen)
    return collected


def _add(
    collected: Collected, batch: Batch, source: SourceBase, folder: Path, seen: Counter[str]
) -> None:
    """Add the examples of one file, what was set aside, and its manifest entry."""
    found = import_records(batch.records, batch.name, _hints(source), seen)
    aside = [
        {"file": batch.name, "line": line, "reason": reason, "raw": raw[:RAW_CHARS]}
        for line, reason, raw in sorted([*batch.broken, *found.rejected])
    ]
    if not found.rows:
        first = aside[0]
        raise UserError(
            f"{folder / batch.name}:{first['line']}: {first['reason']}; none of its {len(aside):,} "
            f"rows can be used. Accepted shapes: {ACCEPTED}; `columns:` renames columns"
        )
    collected.rows.extend(found.rows)
    collected.quarantine.extend(aside)
    collected.entries.append(described(batch, source, found.rows, len(aside), found.shapes))
    _tell(collected.entries[-1], batch.notes)


def _hints(source: SourceBase) -> Hints:
    """Return what params.yaml says about the records of a source."""
    return Hints(
        task=source.task,
        split=source.split,
        lang=source.lang,
        licence=source.licence,
        columns=source.columns,
        labels=source.labels,
    )


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
    found = collect(paths.folder, CollectParams.read("collect").sources)
    write_rows(paths.examples, to_frame(found.rows))
    write_jsonl(paths.quarantine, found.quarantine)
    write_json(paths.manifest, {"sources": found.entries, "totals": totals(found.entries)})


if __name__ == "__main__":
    run_stage(main)
