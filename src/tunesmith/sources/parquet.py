"""Reads the rows of a Parquet file, a few at a time; a packed one by way of a temporary file."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from tunesmith.errors import UserError
from tunesmith.records import Item
from tunesmith.sources.unpack import PACKED, blocks

BATCH_ROWS = 1_000
BUFFER_BYTES = 1 << 20  # of a column's pages that are read at once


def parquet_rows(path: Path) -> Iterator[Item]:
    """Yield the rows, numbered from 1.

    Raises:
        UserError: it is no Parquet file.
    """
    number = 0
    try:
        with _seekable(path) as source:
            file = pq.ParquetFile(source, buffer_size=BUFFER_BYTES, pre_buffer=False)
            for batch in file.iter_batches(BATCH_ROWS):
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
    except (pa.ArrowException, OSError) as error:
        raise UserError(f"{path}: not a Parquet file: {error}") from None


@contextmanager
def _seekable(path: Path) -> Iterator[str | IO[bytes]]:
    """Give a file that can be read from any place."""
    if path.suffix.lower() not in PACKED:
        yield str(path)
        return
    with tempfile.TemporaryFile() as handle:
        handle.writelines(blocks(path))
        handle.seek(0)
        opened: Any = handle
        yield opened
