"""Reads the files that have come in, as examples; what a look has seen is known by its hash."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tunesmith.cleaners.base import Cleaner
from tunesmith.cleaners.run import apply_row_steps, apply_verdicts
from tunesmith.files import sha256_file
from tunesmith.hints import hints_of
from tunesmith.importers.records import import_records
from tunesmith.importers.seen import Seen
from tunesmith.profile.measure import question
from tunesmith.records import Item, Record
from tunesmith.rows import Row
from tunesmith.sources.base import mapped
from tunesmith.sources.file import FileSource, files_of, is_data
from tunesmith.text.normalise import squeezed

NO_ANSWER = {"completion": "", "output": ""}  # shapes want one; a record's own comes first


class Arrived(NamedTuple):
    """One file: its name below the folder, its SHA-256, its rows, and lines that were none."""

    name: str
    sha256: str
    rows: list[Row]
    aside: int


def arrived(folder: Path, source: FileSource, seed: int, steps: Sequence[Cleaner]) -> list[Arrived]:
    """Return the files of answered questions, cleaned as train rows are.

    Of the cleaners only those run that look at one row at a time. No file is no error.

    Raises:
        UserError: a file cannot be read.
    """
    alone = [step for step in steps if step.scope == "row"]
    return [
        one._replace(rows=apply_row_steps(one.rows, alone, seed)[0])
        for one in _read(folder, source, {})
    ]


def asked_questions(
    folder: Path, source: FileSource, seed: int, steps: Sequence[Cleaner]
) -> list[Arrived]:
    """Return the files of questions, rewritten as train rows are; a row is `text` alone.

    No cleaner drops one: a language that is not trained on is what drift is about.

    Raises:
        UserError: a file cannot be read.
    """
    alone = [step for step in steps if step.scope == "row"]
    return [
        one._replace(rows=_rewritten([asked_row(row) for row in one.rows], alone, seed))
        for one in _read(folder, source, NO_ANSWER)
    ]


def asked_row(row: Row) -> Row:
    """Return a row that has what was asked as its text, and no answer."""
    keys = ("prompt", "completion", "messages", "label", "chosen", "rejected", "completions")
    return {**row, **dict.fromkeys(keys), "task": "text", "text": question(row)}


def distinct(texts: Sequence[str]) -> list[str]:
    """Return texts that differ in more than case, spaces and punctuation, as train rows do."""
    first: dict[str, str] = {}
    for text in texts:
        first.setdefault(squeezed(text), text)
    return [text for text in first.values() if text.strip()]


def _read(folder: Path, source: FileSource, beside: Record) -> list[Arrived]:
    """Return every file of a source; `beside` are the cells of a record that lacks them."""
    if not any(is_data(path) for path in files_of(folder, source.path)):
        return []

    def completed(line: int, record: Record) -> Item:
        return line, {**beside, **record}

    found, seen = [], Seen()
    for batch in source.batches(folder):
        items = mapped(batch.read(), completed)
        read = import_records(items, batch.name, hints_of(source), seen)
        digest = sha256_file(folder / batch.name)
        found.append(Arrived(batch.name, digest, read.rows, len(read.rejected)))
    return found


def _rewritten(rows: list[Row], steps: Sequence[Cleaner], seed: int) -> list[Row]:
    """Return the rows after what the steps rewrite; what they would drop stays."""
    for step in steps:
        verdicts = [
            verdict if verdict and verdict.action == "rewrite" else None
            for verdict in step.verdicts(rows, seed)
        ]
        rows, _ = apply_verdicts(rows, step.kind, verdicts)
    return rows
