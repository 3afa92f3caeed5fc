"""Writing a table piece by piece."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.tunesmith.cleaners.rows_for_tests import chat, frame
from tunesmith.cleaners.run import DECISIONS
from tunesmith.cleaners.scale_out.part import read_part
from tunesmith.cleaners.scale_out.write import write_tables
from tunesmith.errors import UserError
from tunesmith.rows import GROUP_ROWS, to_rows, write_rows, write_table


def decisions(count: int) -> pa.Table:
    records = [{"id": f"{k:016x}", "action": "keep", "score": k % 7 / 3} for k in range(count)]
    return pa.Table.from_pylist(records, schema=DECISIONS)


@pytest.mark.parametrize("rows", [0, 5, GROUP_ROWS, GROUP_ROWS + 1, 2 * GROUP_ROWS + 9])
def test_pieces_give_the_bytes_of_the_whole(tmp_path: Path, rows: int) -> None:
    table = decisions(rows)
    write_table(tmp_path / "whole", table)
    pieces = (table.slice(start, 30_000) for start in range(0, rows, 30_000))
    write_tables(tmp_path / "pieces", pieces, DECISIONS)
    assert (tmp_path / "pieces").read_bytes() == (tmp_path / "whole").read_bytes()
    assert pq.read_table(tmp_path / "pieces").equals(table)


def test_a_piece_that_fails_leaves_no_file(tmp_path: Path) -> None:
    def broken() -> Iterator[pa.Table]:
        yield decisions(3)
        raise OSError("worker gone")

    with pytest.raises(OSError, match="worker gone"):
        write_tables(tmp_path / "table", broken(), DECISIONS)
    assert list(tmp_path.iterdir()) == []


def test_a_partition_is_read_across_the_groups_of_a_file(tmp_path: Path) -> None:
    rows = frame(*(chat(f"Where is {k}?", "Here") for k in range(50)))
    write_rows(tmp_path / "rows.parquet", rows)
    table = pq.read_table(tmp_path / "rows.parquet")
    pq.write_table(table, tmp_path / "groups.parquet", row_group_size=8)
    for start, stop in [(0, 50), (3, 7), (7, 9), (8, 16), (15, 41), (50, 50)]:
        part = read_part(tmp_path / "groups.parquet", start, stop)
        assert part.rows() == to_rows(rows)[start:stop]
        assert part.places.tolist() == list(range(start, stop))


def test_a_worker_that_sees_another_file_says_so(tmp_path: Path) -> None:
    write_rows(tmp_path / "rows.parquet", frame(chat("Hi", "Ho")))
    with pytest.raises(UserError, match=r"rows\.parquet: another file on this worker"):
        read_part(tmp_path / "rows.parquet", 0, 2)
