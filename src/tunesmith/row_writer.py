"""Writes examples as they come: Parquet in row groups, so that no table is held as a whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tunesmith.files import replacing
from tunesmith.rows import SCHEMA, TURNS, Row

CHUNK_ROWS = 2_000  # dictionaries that wait to become columns
CHUNK_CHARS = 8_000_000  # of their texts, where rows are long
GROUP_ROWS = 20_000  # of a row group
GROUP_BYTES = 64 << 20  # of its columns, where rows are long


class RowWriter:
    """Takes examples one by one; `writing_rows` opens it."""

    def __init__(self, writer: pq.ParquetWriter) -> None:
        self._writer = writer
        self._rows: list[Row] = []
        self._chars = 0
        self._chunks: list[pa.RecordBatch] = []

    def add(self, row: Row) -> None:
        """Write one row; a column that it lacks is null."""
        self._rows.append(row)
        self._chars += _chars(row)
        if len(self._rows) == CHUNK_ROWS or self._chars >= CHUNK_CHARS:
            self._end_chunk()
            chunks = self._chunks
            if (
                sum(chunk.num_rows for chunk in chunks) >= GROUP_ROWS
                or sum(chunk.nbytes for chunk in chunks) >= GROUP_BYTES
            ):
                self.end_group()

    def end_group(self) -> None:
        """Write what waits as one row group."""
        self._end_chunk()
        if self._chunks:
            self._writer.write_table(pa.Table.from_batches(self._chunks, SCHEMA))
            self._chunks = []

    def _end_chunk(self) -> None:
        """Turn the waiting rows into columns."""
        if self._rows:
            self._chunks.append(_columns(self._rows))
            self._rows, self._chars = [], 0


@contextmanager
def writing_rows(path: Path) -> Iterator[RowWriter]:
    """Write zstd Parquet that takes the place of `path` when the block ends well.

    The same rows give the same bytes. An error in the block leaves `path` as it was.
    """
    with (
        replacing(path) as temporary,
        pq.ParquetWriter(temporary, SCHEMA, compression="zstd") as parquet,
    ):
        writer = RowWriter(parquet)
        yield writer
        writer.end_group()


def _columns(rows: list[Row]) -> pa.RecordBatch:
    """Return rows as columns; NaN is null."""
    arrays = [
        pa.array([row.get(field.name) for row in rows], field.type, from_pandas=True)
        for field in SCHEMA
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def _chars(row: Row) -> int:
    """Return about how long the texts of a row are."""
    size = len(row.get("text") or "") + len(row.get("meta") or "")
    for column in TURNS:
        for turn in row.get(column) or ():
            size += len(turn["content"] or "")
    return size
