"""Files that break readers: each is read, set aside or refused with a clear error."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tunesmith.sources.reading import Whole, parted, read_one
from tunesmith.errors import UserError
from tunesmith.sources.file import FileSource
from tunesmith.sources.parse import parse_jsonl

SUFFIXES = ["jsonl", "json", "csv", "tsv", "txt", "parquet", "jsonl.gz", "jsonl.zst"]


def read(folder: Path, path: str) -> Whole:
    return read_one(FileSource(path=path), folder)


@given(data=st.binary(max_size=200), suffix=st.sampled_from(SUFFIXES))
def test_random_bytes_are_read_or_refused_clearly(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, suffix: str
) -> None:
    folder = tmp_path_factory.mktemp("random")
    (folder / f"a.{suffix}").write_bytes(data)
    try:
        batch = read(folder, f"a.{suffix}")
    except UserError as error:
        assert f"a.{suffix}" in str(error)
    else:
        assert batch.records or batch.broken


@given(st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]))))
def test_every_line_is_a_record_or_set_aside(lines: list[str]) -> None:
    stream = io.StringIO("\n".join(lines), newline="\n")
    records, broken = parted(parse_jsonl(stream, "a.jsonl"))
    found = [line for line, *_ in [*records, *broken]]
    assert sorted(found) == [n for n, line in enumerate(lines, start=1) if line.strip()]


@pytest.mark.parametrize("depth", [700, 900, 200_000])
def test_json_that_is_nested_too_deep_is_set_aside_or_named(tmp_path: Path, depth: int) -> None:
    deep = '{"a":' + "[" * depth + "]" * depth + "}"
    (tmp_path / "a.jsonl").write_text(deep + '\n{"text": "fine"}\n')
    batch = read(tmp_path, "a.jsonl")
    assert [item.reason for item in batch.broken] == ["JSON that is nested too deep"]
    (tmp_path / "a.json").write_text(f"[{deep}]")
    with pytest.raises(UserError, match=r"a\.json: JSON that is nested too deep"):
        read(tmp_path, "a.json")


def test_a_number_of_many_digits_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"text": ' + "1" * 5000 + "}]")
    with pytest.raises(UserError, match=r"a\.json: not JSON that can be read"):
        read(tmp_path, "a.json")


def test_nul_bytes_and_formulas_are_kept_as_data(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,label\n=1+1,a\na\0b,b\n")
    assert [row["text"] for _, row in read(tmp_path, "a.csv").records] == ["=1+1", "a\0b"]


def test_a_parquet_file_of_junk_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1" + b"\0" * 50 + b"PAR1")
    with pytest.raises(UserError, match=r"a\.parquet: not a Parquet file"):
        read(tmp_path, "a.parquet")
