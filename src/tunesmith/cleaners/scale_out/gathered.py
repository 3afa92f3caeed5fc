"""For a cleaner that must see all rows at once: one worker gets what it looks at of each."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from tunesmith.cleaners.base import Cleaner, Verdict, Verdicts
from tunesmith.cleaners.scale_out.part import Part
from tunesmith.cleaners.scale_out.spread import Future, Spread
from tunesmith.rows import Row


def gathered(cleaner: Cleaner, rows: Spread) -> list[Future]:
    """Return the verdicts of each partition, decided on one worker, not in this process."""
    seen = rows.each(_compared, rows.parts, cleaner=cleaner)
    verdicts = rows.one(_judged, seen, cleaner=cleaner, seed=rows.seed)
    return rows.each(_completed, rows.parts, rows.pieces(verdicts))


def _compared(part: Part, cleaner: Cleaner) -> list[Row]:
    """Return what the cleaner looks at of each row of a partition."""
    return [cleaner.compared(row) for row in part.rows()]


def _judged(seen: Sequence[list[Row]], cleaner: Cleaner, seed: int) -> list[Verdicts]:
    """Return the verdicts about all rows, by partition; of a rewritten row only what changed."""
    rows = list(chain.from_iterable(seen))
    verdicts = cleaner.verdicts(rows, seed)
    short = iter([_changes(*pair) for pair in zip(rows, verdicts, strict=True)])
    return [[next(short) for _ in part] for part in seen]


def _changes(row: Row, verdict: Verdict | None) -> Verdict | None:
    """Return a verdict whose row has only the columns that are other than before."""
    if verdict is None or verdict.row is None:
        return verdict
    changed = {name: value for name, value in verdict.row.items() if value != row.get(name)}
    return replace(verdict, row=changed)


def _completed(part: Part, verdicts: Verdicts) -> Verdicts:
    """Return the verdicts with whole rows in place of the columns that changed."""
    if not any(verdict and verdict.row for verdict in verdicts):
        return verdicts
    return [
        replace(verdict, row={**row, **verdict.row}) if verdict and verdict.row else verdict
        for row, verdict in zip(part.rows(), verdicts, strict=True)
    ]
