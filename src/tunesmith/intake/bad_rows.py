"""Names the rows that will not be trained on, and what can be done about each."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tunesmith.cleaners.run import Record
from tunesmith.expectations.finding import Finding
from tunesmith.files import csv_cell

ONE_STAYS = "nothing to do: the earlier one stays"
WAYS = {
    "collect": "write it in one of the shapes of docs/data-shapes.md, or name its columns in "
    "`columns:` of the source",
    "length": "complete the row, or split it",
    "repetition": "take the repeated text out",
    "symbols": "write it out in words, or take the row out",
    "refusals": "write an answer",
    "language": "translate it, or add the language to `keep` of the cleaner in params.yaml",
    "pii": "take the personal data out",
    "exact_duplicates": ONE_STAYS,
    "near_duplicates": ONE_STAYS,
    "semantic_duplicates": ONE_STAYS,
    "decontaminate": "nothing to do: what is tested must not be trained on",
}
SEE_GATES = "mend the row; docs/validation.md says what is asked"


class BadRow(NamedTuple):
    """A row that is set aside, dropped, or stopped by a gate."""

    place: str  # file:line
    step: str
    reason: str
    way_out: str


def bad_rows(
    aside: Iterable[Mapping[str, Any]],
    decisions: Iterable[Record],
    findings: Iterable[Finding],
    paths: Mapping[str, Path],
) -> list[BadRow]:
    """Return the rows set aside, then those that cleaning drops, then those that a gate stops.

    Args:
        aside: lines that are no example: file, line, reason.
        decisions: of cleaning.
        findings: of the gates.
        paths: the name of a file in the rows → where it lies.
    """
    return [*_aside(aside, paths), *_drops(decisions, paths), *_stopped(findings, paths)]


def _aside(aside: Iterable[Mapping[str, Any]], paths: Mapping[str, Path]) -> Iterator[BadRow]:
    """Yield the lines that are no example."""
    for line in aside:
        yield _row(f"{line['file']}:{line['line']}", "collect", line["reason"], paths)


def _drops(decisions: Iterable[Record], paths: Mapping[str, Path]) -> Iterator[BadRow]:
    """Yield the rows that cleaning drops."""
    for one in decisions:
        if one["action"] == "drop":
            yield _row(one["source"], one["step"], one["reason"], paths)


def _stopped(findings: Iterable[Finding], paths: Mapping[str, Path]) -> Iterator[BadRow]:
    """Yield the rows for which a gate would stop the run."""
    for finding in findings:
        if finding.stops:
            for row in finding.failing:
                yield _row(row.source, finding.kind, row.reason, paths, SEE_GATES)


def _row(
    source: str, step: str, reason: str, paths: Mapping[str, Path], way: str | None = None
) -> BadRow:
    """Return a row with the file where it lies."""
    name, _, line = source.rpartition(":")
    place = f"{paths[name]}:{line}" if name in paths else source
    return BadRow(place, step, reason, way or WAYS.get(step, "mend the row, or take it out"))


def as_csv(rows: Sequence[BadRow]) -> str:
    """Return the rows for a spreadsheet."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(BadRow._fields)
    table.writerows([csv_cell(cell) for cell in row] for row in rows)
    return text.getvalue()
