"""Parquet files that are small on the disk and large in memory."""

import tracemalloc
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tunesmith.errors import UserError
from tunesmith.records import Rejected
from tunesmith.sources.parquet import parquet_rows


def write(path: Path, texts: list[str | None], **options: Any) -> Path:
    pq.write_table(pa.table({"text": texts}), path, compression="zstd", **options)
    return path


def test_a_value_that_stands_in_many_rows_is_not_held_many_times(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", ["x" * 500_000] * 500, dictionary_pagesize_limit=1 << 20)
    assert path.stat().st_size < 2_000
    before = pa.total_allocated_bytes()
    tracemalloc.start()
    for _ in parquet_rows(path):
        assert pa.total_allocated_bytes() - before < 20_000_000
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_a_row_that_is_too_large_is_set_aside_with_its_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tunesmith.sources.parquet.LONGEST_LINE", 1_000)
    texts: list[str | None] = ["好" * number for number in range(1, 401)]
    found = list(parquet_rows(write(tmp_path / "a.parquet", texts, row_group_size=100)))
    large = [item for item in found if isinstance(item, Rejected)]
    assert [item.line for item in large] == list(range(333, 401))
    assert large[0].reason == "a row of 1,003 bytes; at most 1,000 are read"
    assert [item for item in found if not isinstance(item, Rejected)] == [
        (number, {"text": text}) for number, text in enumerate(texts[:332], start=1)
    ]


@pytest.mark.parametrize("texts", [["x" * 3_000_000] * 3 + ["y" * 3_000_000], [None] * 1_000_000])
def test_a_file_that_unpacks_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, texts: list[str | None]
) -> None:
    monkeypatch.setattr("tunesmith.sources.unpack.BOMB_BYTES", 1 << 20)
    path = write(tmp_path / "a.parquet", texts)
    with pytest.raises(UserError, match=r"a\.parquet: .* rows that unpack to .* more than 1,048,"):
        next(parquet_rows(path))
