"""Files are written whole or not at all."""

from pathlib import Path

import pytest

from tunesmith.files import (
    csv_cell,
    read_json,
    replacing,
    sha256_file,
    sha256_tree,
    write_json,
    write_jsonl,
    writing_jsonl,
)


def test_json_has_sorted_keys_and_ends_with_a_newline(tmp_path: Path) -> None:
    write_json(tmp_path / "x.json", {"b": "中", "a": 1})
    assert (tmp_path / "x.json").read_text(encoding="utf-8") == '{\n  "a": 1,\n  "b": "中"\n}\n'
    assert read_json(tmp_path / "x.json") == {"a": 1, "b": "中"}


def test_a_failure_half_way_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError), replacing(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_number_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "x.json", {"a": float("nan")})


def test_lines_keep_their_order(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "x.jsonl", [{"b": 1}, {"a": "\u2028"}])
    assert (tmp_path / "x.jsonl").read_bytes().count(b"\n") == 2


def test_lines_that_are_written_one_by_one_are_there_when_all_are(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    with writing_jsonl(path) as write:
        write({"b": "中", "a": 1})
        assert not path.exists()
    assert path.read_bytes() == '{"a": 1, "b": "中"}\n'.encode()
    with pytest.raises(RuntimeError), writing_jsonl(path) as write:
        write({"c": 2})
        raise RuntimeError
    assert path.read_bytes() == '{"a": 1, "b": "中"}\n'.encode()
    assert list(tmp_path.iterdir()) == [path]


def test_the_hash_is_that_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"abc")
    assert sha256_file(tmp_path / "x").startswith("ba7816bf")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@cmd", "\t=1", "\r=1"])
def test_a_cell_that_a_spreadsheet_would_run_is_quoted(text: str) -> None:
    assert csv_cell(text) == f"'{text}"


def test_other_cells_stay_as_they_are() -> None:
    assert [csv_cell(text) for text in ("a=1", "", "退货")] == ["a=1", "", "退货"]


def test_a_tree_is_hashed_by_the_names_given_and_without_compiled_files(tmp_path: Path) -> None:
    for place in ("here", "there"):
        (tmp_path / place / "part").mkdir(parents=True)
        (tmp_path / place / "part" / "one.py").write_text("1\n")
    one = sha256_tree({"part": tmp_path / "here" / "part"})
    (tmp_path / "there" / "part" / "__pycache__").mkdir()
    (tmp_path / "there" / "part" / "__pycache__" / "one.pyc").write_bytes(b"x")
    assert sha256_tree({"part": tmp_path / "there" / "part"}) == one
    assert sha256_tree({"other": tmp_path / "there" / "part"}) != one
    (tmp_path / "there" / "part" / "one.py").write_text("2\n")
    assert sha256_tree({"part": tmp_path / "there" / "part"}) != one
