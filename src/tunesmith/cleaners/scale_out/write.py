"""Writes a table that never is in memory as a whole: the bytes are those of `write_table`."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tunesmith.files import replacing
from tunesmith.rows import GROUP_ROWS


def write_tables(path: Path, tables: Iterable[pa.Table], schema: pa.Schema) -> None:
    """Write tables one after the other as zstd Parquet, in groups of `GROUP_ROWS` rows."""
    with (
        replacing(path) as temporary,
        pq.ParquetWriter(temporary, schema, compression="zstd") as file,
    ):
        waiting, written = schema.empty_table(), 0
        for table in tables:
            waiting = pa.concat_tables([waiting, table])
            while len(waiting) >= GROUP_ROWS:
                file.write_table(waiting.slice(0, GROUP_ROWS).combine_chunks(), GROUP_ROWS)
                waiting, written = waiting.slice(GROUP_ROWS), written + GROUP_ROWS
        if len(waiting) or not written:
            file.write_table(waiting.combine_chunks(), GROUP_ROWS)
