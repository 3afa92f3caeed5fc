"""Reads records as a file would give them."""

from typing import Any

from tunesmith.importers.records import Hints, Imported, import_records
from tunesmith.importers.seen import Seen
from tunesmith.rows import Row


def imported(*records: dict[str, Any], **hints: Any) -> Imported:
    return import_records(enumerate(records, start=1), "a.jsonl", Hints(**hints), Seen())


def one(record: dict[str, Any], **hints: Any) -> Row:
    found = imported(record, **hints)
    assert not found.rejected, found.rejected
    return found.rows[0]


def said(turns: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(turn["role"], turn["content"]) for turn in turns]
