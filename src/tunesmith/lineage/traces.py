"""Follows rows through the tables of one version: a row, and all that was made from it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

from tunesmith.rows import file_of, others_of

COLUMNS = ["id", "source", "parent", "op", "meta"]


class Trace(NamedTuple):
    """Where a row of a table comes from; `table` says which table.

    `others` names the rows beside its parent that it was made from.
    """

    id: str
    source: str
    parent: str | None
    op: str | None
    table: str
    others: tuple[str, ...] = ()


def read_traces(path: Path, table: str) -> list[Trace]:
    """Return the origin of every row of a Parquet table of examples; texts are not read."""
    columns = pq.read_table(path, columns=COLUMNS).to_pydict()
    rows = zip(*(columns[name] for name in COLUMNS), strict=True)
    return [
        Trace(one, source, parent, op, table, others_of(meta))
        for one, source, parent, op, meta in rows
    ]


def family(traces: Sequence[Trace], names: Iterable[str]) -> list[Trace]:
    """Return the rows that have one of the names, and those made from them, however often.

    Args:
        traces: the rows of all tables of one version.
        names: ids, `file:line` or sources.
    """
    wanted = set(names)
    found = {trace.id for trace in traces if not wanted.isdisjoint(_names(trace))} | wanted
    children: dict[str, set[str]] = {}
    for trace in traces:
        for parent in {trace.parent, *trace.others} - {None}:
            children.setdefault(str(parent), set()).add(trace.id)
    new = found
    while new:
        new = {child for one in new for child in children.get(one, ())} - found
        found = found | new
    return [trace for trace in traces if trace.id in found]


def by_source(traces: Iterable[Trace]) -> dict[str, int]:
    """Count rows by the file or data set they came from."""
    return dict(sorted(Counter(file_of(trace.source) for trace in traces).items()))


def by_op(traces: Iterable[Trace]) -> dict[str, int]:
    """Count rows by what made them; `original` is what came in as it is."""
    return dict(sorted(Counter(trace.op or "original" for trace in traces).items()))


def _names(trace: Trace) -> set[str]:
    """Return every name that a row answers to."""
    return {trace.id, trace.source, file_of(trace.source)}
