"""The manifest: for each file what it is, where it came from, and what became of its rows."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from tunesmith.records import Rejected
from tunesmith.rows import Row
from tunesmith.sources.base import Facts, SourceBase

Entry = dict[str, Any]
COUNTED = {"licence": "licences", "split": "splits", "lang": "languages"}  # column → its counts


class Tally:
    """What became of the records of one file, counted as they go by."""

    def __init__(self) -> None:
        self.rows = self.aside = 0
        self.first: Rejected | None = None
        self.shapes: Counter[str] = Counter()
        self._columns: dict[str, Counter[str]] = {name: Counter() for name in COUNTED}

    def add(self, shape: str, row: Row) -> None:
        """Count one example."""
        self.rows += 1
        self.shapes[shape] += 1
        for name, counts in self._columns.items():
            counts[row[name] or "unknown"] += 1

    def put_aside(self, rejected: Rejected) -> None:
        """Count one line that is no example."""
        self.aside += 1
        self.first = self.first or rejected

    def counted(self) -> Entry:
        """Return the counts as the manifest has them."""
        columns = {COUNTED[name]: dict(counts) for name, counts in self._columns.items()}
        shapes = dict(self.shapes)
        return {"rows": self.rows, "quarantined": self.aside, "shapes": shapes, **columns}


def described(name: str, facts: Facts, source: SourceBase, tally: Tally) -> Entry:
    """Return the manifest's entry for one file.

    Args:
        name: of the file.
        facts: what reading it told.
        source: what params.yaml says about it.
        tally: what became of its records.
    """
    return {
        "path": name,
        "kind": source.kind,
        "sha256": facts.sha256,
        "bytes": facts.size_bytes,
        "encoding": facts.encoding,
        "encoding_detected": facts.encoding_detected,
        "limit": source.limit,
        "drawn_from": facts.drawn_from,
        **tally.counted(),
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
