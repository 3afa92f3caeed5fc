"""Reads the rows of a Parquet file, a few at a time; a packed one by way of a temporary file.

A thousand rows may be one value that is written once, so a file of 20 kB can hold gigabytes.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from tunesmith.errors import UserError
from tunesmith.records import Item, Rejected
from tunesmith.sources.lines import LONGEST_LINE
from tunesmith.sources.unpack import PACKED, blocks, most_bytes

BATCH_ROWS = 8  # 1,000 are read twice as fast, a twentieth of what the collect stage takes
SUSPECT_RATIO = 20  # a column of more than LONGEST_LINE bytes that packs better is read row by row
ROW_BYTES = 8  # that a row counts at least, if it holds nothing
BUFFER_BYTES = 1 << 20  # of a column's pages that are read at once


def parquet_rows(path: Path) -> Iterator[Item]:
    """Yield the rows, numbered from 1; one that is too large is set aside.

    Raises:
        UserError: it is no Parquet file, or holds far more than its size.
    """
    number = 0
    try:
        with _seekable(path) as (source, size):
            file = pq.ParquetFile(source, buffer_size=BUFFER_BYTES, pre_buffer=False)
            _check_size(path, size, file.metadata)
            for batch in _batches(file):
                yield from _items(batch, number)
                number += batch.num_rows
    except (pa.ArrowException, OSError) as error:
        raise UserError(
            f"{path}: not a Parquet file: {error}; fetch it again, or name it as what it is"
        ) from None


@contextmanager
def _seekable(path: Path) -> Iterator[tuple[str | IO[bytes], int]]:
    """Give a file that can be read from any place, and its size."""
    if path.suffix.lower() not in PACKED:
        yield str(path), path.stat().st_size
        return
    with tempfile.TemporaryFile() as handle:
        handle.writelines(blocks(path))
        size = handle.tell()
        handle.seek(0)
        opened: Any = handle
        yield opened, size


def _check_size(path: Path, size: int, metadata: Any) -> None:
    """Refuse a file of which the columns unpack to far more than its size."""
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    unpacked = sum(group.total_byte_size for group in groups) + ROW_BYTES * metadata.num_rows
    if unpacked > most_bytes(size):
        raise UserError(
            f"{path}: {metadata.num_rows:,} rows that unpack to {unpacked:,} bytes, more than "
            f"{most_bytes(size):,}; if that is meant, write it as .jsonl"
        )


def _batches(file: Any) -> Iterator[Any]:
    """Yield a few rows at a time, or one where a value may be large and stand in many rows."""
    for number in range(file.metadata.num_row_groups):
        group = file.metadata.row_group(number)
        columns = [group.column(place) for place in range(group.num_columns)]
        suspect = any(
            column.total_uncompressed_size
            > max(LONGEST_LINE, SUSPECT_RATIO * column.total_compressed_size)
            for column in columns
        )
        yield from file.iter_batches(1 if suspect else BATCH_ROWS, row_groups=[number])


def _items(batch: Any, before: int) -> Iterator[Item]:
    """Yield the rows of a batch; `before` are the rows that came before it."""
    if batch.nbytes <= LONGEST_LINE:
        yield from enumerate(batch.to_pylist(), start=before + 1)
        return
    for place in range(batch.num_rows):
        row = batch.slice(place, 1)
        number = before + place + 1
        if row.nbytes > LONGEST_LINE:
            reason = f"a row of {row.nbytes:,} bytes; at most {LONGEST_LINE:,} are read"
            yield Rejected(number, reason, "")
        else:
            yield number, row.to_pylist()[0]
