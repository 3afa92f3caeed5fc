"""The manifest: for each file what it is, where it came from, and what became of its rows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from tunesmith.rows import Row
from tunesmith.sources.base import Batch, SourceBase

Entry = dict[str, Any]


def described(
    batch: Batch, source: SourceBase, rows: Sequence[Row], aside: int, shapes: Mapping[str, int]
) -> Entry:
    """Return the manifest's entry for one file.

    Args:
        batch: the file.
        source: what params.yaml says about it.
        rows: its examples.
        aside: how many lines were quarantined.
        shapes: how many examples came in which shape.
    """
    return {
        "path": batch.name,
        "kind": source.kind,
        "sha256": batch.sha256,
        "bytes": batch.size_bytes,
        "encoding": batch.encoding,
        "limit": source.limit,
        "drawn_from": batch.drawn_from,
        "rows": len(rows),
        "quarantined": aside,
        "shapes": dict(shapes),
        "licences": _counted(rows, "licence"),
        "splits": _counted(rows, "split"),
        "languages": _counted(rows, "lang"),
    }


def totals(entries: Sequence[Entry]) -> Entry:
    """Return the sums over all files."""
    languages: Counter[str] = Counter()
    for entry in entries:
        languages.update(entry["languages"])
    return {
        "files": len(entries),
        "rows": sum(entry["rows"] for entry in entries),
        "quarantined": sum(entry["quarantined"] for entry in entries),
        "languages": dict(languages),
    }


def _counted(rows: Sequence[Row], column: str) -> dict[str, int]:
    """Count the values of a column; a row without one counts as unknown."""
    return dict(Counter(row[column] or "unknown" for row in rows))
