"""JSON Lines, plain or packed: faults are named with file and line."""

import gzip
from pathlib import Path

import pytest

from tunesmith.errors import UserError
from tunesmith.text.json_lines import json_lines

GOOD = '{"a": "一"}\n'


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_objects_are_read_with_their_lines(tmp_path: Path, name: str) -> None:
    raw = f"\ufeff{GOOD}\n\r\n{GOOD}".encode()
    (tmp_path / name).write_bytes(gzip.compress(raw) if name.endswith("gz") else raw)
    assert list(json_lines(tmp_path / name)) == [(1, {"a": "一"}), (4, {"a": "一"})]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{", r":2: not JSON: .* at column 2; one object on one line"),
        (b"[1]", r":2: not a JSON object"),
        (b"17", r":2: not a JSON object"),
        (b'{"a": NaN}', r":2: not JSON: NaN is no JSON, write null"),
        (b'{"a": ' + b"[" * 100_000, r":2: not read: lists or objects too deep"),
        (b'{"a": ' + b"1" * 5000 + b"}", r":2: not JSON: Exceeds the limit"),
        ('{"a": "中"}'.encode("gb18030"), r":2: not UTF-8 at byte 7; save it as UTF-8"),
    ],
)
@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_a_line_that_is_no_object_is_named(
    tmp_path: Path, name: str, line: bytes, message: str
) -> None:
    raw = GOOD.encode() + line
    (tmp_path / name).write_bytes(gzip.compress(raw) if name.endswith("gz") else raw)
    with pytest.raises(UserError, match=name + message):
        list(json_lines(tmp_path / name))


def _cut_off(packed: bytes) -> bytes:
    return packed[:-12]


def _scratched(packed: bytes) -> bytes:
    return packed[:20] + bytes(255 - byte for byte in packed[20:60]) + packed[60:]


def _altered(packed: bytes) -> bytes:
    return packed[:-8] + b"\0\0\0\0" + packed[-4:]


@pytest.mark.parametrize("broken", [_cut_off, _scratched, _altered, lambda _: b"plain text"])
def test_a_broken_package_is_named(tmp_path: Path, broken: object) -> None:
    packed = gzip.compress("".join(f'{{"a": {k}}}\n' for k in range(2000)).encode())
    (tmp_path / "a.jsonl.gz").write_bytes(broken(packed))  # type: ignore[operator]
    with pytest.raises(UserError, match=r"a\.jsonl\.gz: not gzip, or cut off after line \d+: "):
        list(json_lines(tmp_path / "a.jsonl.gz"))


def test_what_is_no_file_is_named_with_what_names_it(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"a\.jsonl: no such file; named by set b"):
        list(json_lines(tmp_path / "a.jsonl", "set b"))
    with pytest.raises(UserError, match="a folder; give a file"):
        list(json_lines(tmp_path))
