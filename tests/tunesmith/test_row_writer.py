"""Rows written one by one: the same table in row groups, and nothing half-written."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tunesmith import row_writer
from tunesmith.row_writer import writing_rows
from tunesmith.rows import Row, read_rows, to_frame, to_rows, write_rows


def rows(count: int, content: str = "Hi") -> list[Row]:
    turn = {"role": "user", "content": content}
    said = {"role": "assistant", "content": "", "name": "x"}
    return [
        {"id": str(number), "task": "chat", "prompt": [turn], "completion": [said]}
        for number in range(count)
    ]


def write(path: Path, some: list[Row]) -> bytes:
    with writing_rows(path) as writer:
        for row in some:
            writer.add(row)
    return path.read_bytes()


def groups(path: Path) -> list[int]:
    meta = pq.ParquetFile(path).metadata
    return [meta.row_group(number).num_rows for number in range(meta.num_row_groups)]


@pytest.fixture(autouse=True)
def small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_writer, "CHUNK_ROWS", 4)
    monkeypatch.setattr(row_writer, "GROUP_ROWS", 8)


@pytest.mark.parametrize("count", [0, 3, 8, 21])
def test_the_table_is_the_one_that_is_written_at_once(tmp_path: Path, count: int) -> None:
    write(tmp_path / "a.parquet", rows(count))
    write_rows(tmp_path / "b.parquet", to_frame(rows(count)))
    one, other = (to_rows(read_rows(tmp_path / name)) for name in ("a.parquet", "b.parquet"))
    assert one == other
    assert len(one) == count


def test_row_groups_have_a_fixed_number_of_rows(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", rows(21))
    assert groups(tmp_path / "a.parquet") == [8, 8, 5]


def test_long_rows_make_smaller_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_writer, "CHUNK_CHARS", 100)
    monkeypatch.setattr(row_writer, "GROUP_BYTES", 300)
    write(tmp_path / "a.parquet", rows(6, "x" * 200))
    assert groups(tmp_path / "a.parquet") == [1, 1, 1, 1, 1, 1]


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    assert write(tmp_path / "a.parquet", rows(21)) == write(tmp_path / "b.parquet", rows(21))


def test_not_a_number_is_null_as_in_a_frame(tmp_path: Path) -> None:
    (row,) = rows(1)
    write(tmp_path / "a.parquet", [{**row, "group": float("nan")}])
    assert pq.read_table(tmp_path / "a.parquet")["group"].to_pylist() == [None]


def test_an_error_leaves_what_was_there(tmp_path: Path) -> None:
    before = write(tmp_path / "a.parquet", rows(3))
    with pytest.raises(RuntimeError), writing_rows(tmp_path / "a.parquet") as writer:
        for row in rows(20):
            writer.add(row)
        raise RuntimeError
    assert (tmp_path / "a.parquet").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.parquet"]
