"""Files in every format, good and bad."""

import gzip
import io
import json
import re
import tracemalloc
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tunesmith.sources.reading import Whole, parted, read_one, whole
from tunesmith.errors import UserError
from tunesmith.files import sha256_text
from tunesmith.sources.decode import decoded, encoding_of
from tunesmith.sources.file import FileSource
from tunesmith.sources.parse import parse_jsonl

ROWS = [{"text": "好的", "label": "a"}, {"text": "fine", "label": "b"}]
LONG_ROWS, LONG_CHARS = 1_000, 12_000


def write_long(path: Path) -> None:
    """Write 12 MB in a format."""
    line = json.dumps({"text": "x" * LONG_CHARS})
    form = path.name.removeprefix("a.")
    lines = f"{line}\n" * LONG_ROWS
    if form == "json":
        path.write_text(f"[{', '.join([line] * LONG_ROWS)}]")
    elif form == "csv":
        path.write_text("text\n" + f"{'x' * LONG_CHARS}\n" * LONG_ROWS)
    elif form == "jsonl.gz":
        path.write_bytes(gzip.compress(lines.encode(), 1))
    elif form == "jsonl.zst":
        with pa.CompressedOutputStream(str(path), "zstd") as stream:
            stream.write(lines.encode())
    else:
        path.write_text(lines)


def read(folder: Path, path: str, **options: Any) -> Whole:
    return read_one(FileSource(path=path, **options), folder)


def records(batch: Whole) -> list[Any]:
    return [record for _, record in batch.records]


def test_every_format_gives_the_same_records(tmp_path: Path) -> None:
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS)
    (tmp_path / "a.jsonl").write_text(lines)
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    with pa.CompressedOutputStream(str(tmp_path / "a.jsonl.zst"), "zstd") as stream:
        stream.write(lines.encode())
    (tmp_path / "a.json").write_text(json.dumps({"data": ROWS}))
    (tmp_path / "a.csv").write_text("text,label\n好的,a\nfine,b\n")
    (tmp_path / "a.tsv").write_text("text\tlabel\r\n好的\ta\r\nfine\tb\r\n")
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "a.parquet")
    batches = [whole(batch) for batch in FileSource(path=".").batches(tmp_path)]
    assert [batch.name for batch in batches] == sorted(file.name for file in tmp_path.iterdir())
    assert [records(batch) for batch in batches] == [ROWS] * 7


def test_a_broken_line_is_set_aside_with_its_number(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "ok"}\n\n{"text": \n[1]\n')
    batch = read(tmp_path, "a.jsonl")
    assert [line for line, _ in batch.records] == [1]
    assert [(item.line, item.reason) for item in batch.broken] == [
        (3, "not JSON: Expecting value at column 10"),
        (4, "JSON, but list instead of an object; an array of rows is read from a .json file"),
    ]
    assert batch.broken[0].raw == '{"text": '


def test_a_line_separator_inside_of_a_text_does_not_end_the_line(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "one\u2028two\x85three"}\n')
    assert records(read(tmp_path, "a.jsonl")) == [{"text": "one\u2028two\x85three"}]


@pytest.mark.parametrize("content", ["", " \n\n"])
def test_an_empty_file_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.jsonl").write_text(content)
    with pytest.raises(UserError, match=r"a\.jsonl: the file is empty; "):
        read(tmp_path, "a.jsonl")


def test_a_header_alone_holds_no_row(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,label\n")
    with pytest.raises(UserError, match="holds no row"):
        read(tmp_path, "a.csv")


def test_a_csv_in_gbk_is_read_and_said(tmp_path: Path) -> None:
    text = "question,answer\n高血压可以吃党参吗,可以的，请在医生的指导下服用\n"
    (tmp_path / "a.csv").write_bytes(text.encode("gbk"))
    batch = read(tmp_path, "a.csv")
    assert (batch.facts.encoding, batch.facts.encoding_detected) == ("gb18030", True)
    assert "not UTF-8: read as gb18030" in batch.facts.notes[0]
    assert records(batch)[0]["question"] == "高血压可以吃党参吗"
    named = read(tmp_path, "a.csv", encoding="gbk").facts
    assert (named.notes, named.encoding, named.encoding_detected) == ((), "gbk", False)


def test_an_encoding_that_cannot_be_told_asks_for_help(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"text,label\n\xe9t\xef\x81\x9d,a\n")
    with pytest.raises(UserError, match=r"a\.csv:2: byte 11 is not UTF-8, and what.*`encoding: "):
        read(tmp_path, "a.csv")


def test_a_wrong_encoding_names_the_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("fine\n好\n".encode("gbk"))
    with pytest.raises(UserError, match=r"a\.txt:2: not utf-8 at byte 5"):
        read(tmp_path, "a.txt", encoding="utf-8")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_settles_the_encoding(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.csv").write_text("text\n好的\n", encoding=encoding)
    assert records(read(tmp_path, "a.csv")) == [{"text": "好的"}]


def test_one_broken_byte_does_not_change_the_encoding(tmp_path: Path) -> None:
    good = '{"text": "好的"}\n'.encode() * 20
    (tmp_path / "a.jsonl").write_bytes(good + b'{"text": "\xff"}\n')
    batch = read(tmp_path, "a.jsonl")
    assert (batch.facts.encoding, len(batch.records)) == ("utf-8", 20)
    assert batch.broken == [
        (21, "bytes that are not UTF-8, unlike the rest of the file", '{"text": "�"}')
    ]


def test_a_csv_row_with_too_many_cells_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('text,label\n"one\nline",a\nx,y,z\n')
    batch = read(tmp_path, "a.csv")
    assert records(batch) == [{"text": "one\nline", "label": "a"}]
    assert [(item.line, item.reason) for item in batch.broken] == [
        (2, "3 cells, but the header has 2")
    ]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", b'{"a": [1,\n', r"a\.json:2: not JSON"),
        ("a.json", b'{"a": 1}', "no array of objects"),
        ("a.csv", b"a,a\n1,2\n", 'two columns are called "a"'),
        ("a.parquet", b"PAR1nonsense", "not a Parquet file"),
        ("a.jsonl.gz", b"nonsense", "cannot be unpacked as gzip"),
        ("a.docx", b"x", "unknown format; known: .jsonl"),
    ],
)
def test_a_file_that_is_broken_as_a_whole_is_named(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=message):
        read(tmp_path, name)


def test_a_missing_file_names_one_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "support.jsonl").write_text("{}")
    with pytest.raises(UserError, match=r'no such file; did you mean "support\.jsonl"'):
        read(tmp_path, "suport.jsonl")
    with pytest.raises(UserError, match="leaves the folder"):
        read(tmp_path, "../secret.jsonl")


def test_the_limit_takes_the_head(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one\ntwo\nthree\n")
    assert records(read(tmp_path, "a.txt", limit=2)) == [{"text": "one"}, {"text": "two"}]


@given(st.binary(max_size=80))
def test_any_bytes_decode_or_are_refused(data: bytes) -> None:
    try:
        found = encoding_of(lambda: [data], "x.txt")
    except UserError as error:
        assert str(error).startswith("x.txt")
    else:
        assert isinstance("".join(decoded([data], found.name, found.errors)), str)


@given(st.text(max_size=80))
def test_every_line_is_a_record_or_broken(text: str) -> None:
    records, broken = parted(parse_jsonl(io.StringIO(text, newline="\n"), "x.jsonl"))
    lines = [line for line in text.split("\n") if line.strip()]
    assert len(records) + len(broken) == len(lines)


def test_a_packed_file_that_unpacks_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tunesmith.sources.unpack.BOMB_BYTES", 1 << 20)
    (tmp_path / "bomb.txt.gz").write_bytes(gzip.compress(b"x" * (8 << 20)))
    with pytest.raises(UserError, match=r"bomb\.txt\.gz: unpacks to more than .* unpack it your"):
        list(FileSource(path="bomb.txt.gz").batches(tmp_path))


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret\n")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "rows.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(UserError, match="a link out of the folder; put a copy"):
        list(FileSource(path="rows.txt").batches(inbox))


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.txt"
    path.write_text("one\n")
    (batch,) = FileSource(path="rows.txt").batches(tmp_path)
    items = batch.read()
    next(items)
    path.write_text("one\ntwo\n")
    with pytest.raises(UserError, match="changed while it was read; run again"):
        list(items)


def test_a_line_that_is_too_long_is_set_aside_and_only_its_start_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tunesmith.sources.lines.LONGEST_LINE", 100_000)
    lines = ['{"text": "short"}', json.dumps({"text": "x" * 200_000}), '{"text": "last"}']
    (tmp_path / "rows.jsonl").write_text("\n".join(lines))
    batch = read(tmp_path, "rows.jsonl")
    assert [line for line, _ in batch.records] == [1, 3]
    assert batch.broken[0].reason == "a line of 200,012 characters; at most 100,000 are read"
    assert len(batch.broken[0].raw) == 10_000


def test_the_limit_stops_reading_but_the_hash_is_of_the_whole_file(tmp_path: Path) -> None:
    content = 'text\none\n"two\nlines"\n' + "three\n" * 9 + 'br"oken\n"'
    (tmp_path / "a.csv").write_text(content)
    batch = read(tmp_path, "a.csv", limit=2)
    assert records(batch) == [{"text": "one"}, {"text": "two\nlines"}]
    assert batch.facts.sha256 == sha256_text(content)
    with pytest.raises(UserError, match=r"a\.csv:15: not valid CSV: "):
        read(tmp_path, "a.csv")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('a,b\n1,2\n"3,4\n5,6\n7,8\n', "a.csv:3: not valid CSV: a quote that opens in this row"),
        (
            'a,b\n"one\ntwo",2\n\n"3,4\n5,"6"\n',
            "a.csv:5: not valid CSV: ',' expected after '\"', on",
        ),
        ('a,b\n1,"two" 2\n', "a.csv:2: not valid CSV: ',' expected after '\"', on line 2; put"),
        ("a;b\n1;2\n", "a.csv:1: cells are parted by ',' here, and the header holds ';'"),
        ("sep=;\na;b\n1;2\n", "a.csv:1: cells are parted by ',' here, and the header holds ';'"),
    ],
)
def test_a_csv_that_cannot_be_read_names_the_line_on_which_the_fault_begins(
    tmp_path: Path, content: str, reason: str
) -> None:
    (tmp_path / "a.csv").write_text(content)
    with pytest.raises(UserError, match=re.escape(reason)):
        read(tmp_path, "a.csv")


@pytest.mark.parametrize(
    ("name", "head", "what"),
    [
        ("a.jsonl", b"PK\x03\x04", "a ZIP archive or an Excel or Word file; unpack it and put"),
        ("a.csv", b"PK\x03\x04", "or open it and save the sheet as .csv"),
        ("a.txt", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel or Word file; open it"),
        ("a.jsonl", b"\x1f\x8b\x08", "packed with gzip; put .gz behind its name"),
        ("a.json", b"PAR1\x15\x04", "a Parquet file; name it .parquet"),
        ("a.jsonl", b"BZh91AY&SY", "packed with bzip2; unpack it and put"),
        ("a.jsonl", b"version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS; fetch"),
        ("a.json", b"<!DOCTYPE html>\n", "a web page; fetch the file itself"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_named(
    tmp_path: Path, name: str, head: bytes, what: str
) -> None:
    (tmp_path / name).write_bytes(head + b"\0\xff rest")
    with pytest.raises(UserError, match=rf"{name}: by its first bytes .*{re.escape(what)}"):
        read(tmp_path, name)


@pytest.mark.parametrize("word", ["PAR1", "ARROW1", "BZhang"])
def test_a_text_that_begins_with_the_letters_of_a_format_is_text(tmp_path: Path, word: str) -> None:
    (tmp_path / "a.csv").write_text(f"{word},text\n1,one\n")
    assert records(read(tmp_path, "a.csv")) == [{word: "1", "text": "one"}]


def test_pages_may_be_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("<html><p>Hello</p></html>\n")
    assert records(read(tmp_path, "a.txt")) == [{"text": "<html><p>Hello</p></html>"}]


def test_a_pattern_that_finds_unknown_formats_names_the_known(tmp_path: Path) -> None:
    (tmp_path / "book.xlsx").write_bytes(b"PK")
    with pytest.raises(UserError, match=r"book\.xlsx is of an unknown format; known: \.jsonl"):
        read(tmp_path, "*.xlsx")


def test_broken_lines_stand_in_their_place(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "one"}\nx\n{"text": "two"}\ny\n')
    (batch,) = FileSource(path="a.jsonl").batches(tmp_path)
    assert [item[0] for item in batch.read()] == [1, 2, 3, 4]
    assert [item[0] for item in read(tmp_path, "a.jsonl", limit=2).broken] == [2]


def test_a_packed_parquet_file_is_read_like_a_plain_one(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_pylist(ROWS * 700), tmp_path / "a.parquet", row_group_size=300)
    packed = gzip.compress((tmp_path / "a.parquet").read_bytes())
    (tmp_path / "b.parquet.gz").write_bytes(packed)
    assert records(read(tmp_path, "a.parquet")) == ROWS * 700
    again = read(tmp_path, "b.parquet.gz")
    assert [number for number, _ in again.records] == list(range(1, 1401))
    assert records(again) == ROWS * 700


def test_a_packed_file_that_is_cut_off_is_named_before_a_row_is_read(tmp_path: Path) -> None:
    packed = gzip.compress("".join(f"row {n * n}\n" for n in range(2_000)).encode())
    (tmp_path / "a.txt.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(UserError, match=r"a\.txt\.gz: cannot be unpacked as gzip"):
        list(FileSource(path="a.txt.gz").batches(tmp_path))


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_end_of_line_ends_a_row_of_csv(tmp_path: Path, newline: str) -> None:
    (tmp_path / "a.csv").write_text(newline.join(["text,label", "x,a", "y,b"]), newline="")
    assert records(read(tmp_path, "a.csv")) == [
        {"text": "x", "label": "a"},
        {"text": "y", "label": "b"},
    ]


@pytest.mark.parametrize("suffix", ["jsonl", "json", "csv", "txt", "jsonl.gz", "jsonl.zst"])
def test_what_is_held_does_not_grow_with_the_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    write_long(path)
    (batch,) = FileSource(path=path.name).batches(tmp_path)
    tracemalloc.start()
    try:
        assert sum(1 for _ in batch.read()) == LONG_ROWS
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 6 << 20 < len("x" * LONG_CHARS) * LONG_ROWS
