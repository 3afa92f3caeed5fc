"""A partition: some rows of the table, each with its place in the whole of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from tunesmith.cleaners.base import Cleaner, TextedRows, Verdicts
from tunesmith.cleaners.run import DECISIONS, apply_verdicts
from tunesmith.errors import UserError
from tunesmith.rows import SCHEMA, Row, frame_of, open_table, table_of, to_frame, to_rows
from tunesmith.text.minhash import Ints

READ_ROWS = 8_192


@dataclass(frozen=True)
class Part:
    """Rows that stay so far, in columns, and the place of each among all that came."""

    table: pa.Table
    places: Ints

    def rows(self) -> list[Row]:
        """Return the rows as dictionaries."""
        return to_rows(frame_of(self.table))

    def named(self) -> list[Row]:
        """Return of each row what a decision names: its id and source."""
        return list(self.table.select(["id", "source"]).to_pylist())


@dataclass(frozen=True)
class Stepped:
    """What some steps left of a partition, and one table of decisions for each step."""

    part: Part
    decisions: list[pa.Table]


def read_part(path: Path, start: int, stop: int) -> Part:
    """Read the rows from `start` to `stop`, and of the file no more at once than a batch.

    Raises:
        UserError: this worker does not see the file.
    """
    with open_table(path) as file:
        groups, first = _groups(file, start, stop)
        cut = []
        for batch in file.iter_batches(READ_ROWS, row_groups=groups):
            begin, end = max(start - first, 0), min(stop - first, len(batch))
            if begin < end:
                cut.append(batch.slice(begin, end - begin))
            first += len(batch)
            if first >= stop:
                break
    table = pa.Table.from_batches(cut, schema=file.schema_arrow).cast(SCHEMA)
    if len(table) != stop - start:
        raise UserError(f"{path}: another file on this worker; every worker must see the same")
    return Part(table.combine_chunks(), np.arange(start, stop, dtype=np.int64))


def _groups(file: pa.lib.NativeFile, start: int, stop: int) -> tuple[list[int], int]:
    """Return the row groups that hold rows from `start` to `stop`, and where the first begins."""
    sizes = [file.metadata.row_group(k).num_rows for k in range(file.num_row_groups)]
    ends = np.cumsum([0, *sizes])
    groups = [k for k in range(len(sizes)) if ends[k + 1] > start and ends[k] < stop]
    return groups, int(ends[groups[0]]) if groups else 0


def row_steps(part: Part, steps: Sequence[Cleaner], seed: int) -> Stepped:
    """Return what cleaners that look at one row at a time leave of a partition."""
    rows: list[Row] = TextedRows(part.rows())
    places, tables = part.places, []
    for step in steps:
        verdicts = step.verdicts(rows, seed)
        rows, acted = apply_verdicts(rows, step.kind, verdicts)
        places = places[_stays(verdicts)]
        tables.append(pa.Table.from_pylist(acted, schema=DECISIONS))
    return Stepped(Part(table_of(to_frame(rows)), places), tables)


def with_verdicts(part: Part, verdicts: Verdicts, kind: str) -> Stepped:
    """Return what the verdicts of one cleaner leave of a partition."""
    stays = _stays(verdicts)
    if any(verdict and verdict.row for verdict in verdicts):
        rows, acted = apply_verdicts(part.rows(), kind, verdicts)
        left = table_of(to_frame(rows))
    else:
        _, acted = apply_verdicts(part.named(), kind, verdicts)
        left = part.table.filter(pa.array(stays, pa.bool_())).combine_chunks()
    return Stepped(Part(left, part.places[stays]), [pa.Table.from_pylist(acted, schema=DECISIONS)])


def _stays(verdicts: Verdicts) -> list[bool]:
    """Return which rows are not dropped."""
    return [verdict is None or verdict.action != "drop" for verdict in verdicts]
