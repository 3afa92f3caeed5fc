"""The list of what is to be forgotten."""

from pathlib import Path

import pytest

from tunesmith.errors import UserError
from tunesmith.forgotten import Forgotten, add_forgotten, read_forgotten


def test_entries_are_added_once_sorted_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "forgotten.csv"
    path.write_text("kind,name\n")
    assert not read_forgotten(path)
    assert add_forgotten(path, ["b", "a"], ['中文, "neu".jsonl']) == 3
    assert add_forgotten(path, ["a"], []) == 0
    assert path.read_text() == 'kind,name\nrow,a\nrow,b\nsource,"中文, ""neu"".jsonl"\n'
    found = read_forgotten(path)
    assert found == Forgotten(frozenset("ab"), frozenset(['中文, "neu".jsonl']))


def test_a_row_is_known_by_id_parent_place_and_file() -> None:
    known = Forgotten(frozenset(["a"]), frozenset(["x.jsonl", "y.jsonl:2"]))
    rows = [("a", None, "z"), ("b", "a", "z"), ("c", None, "x.jsonl:7"), ("d", None, "y.jsonl:2")]
    assert all(known.why({"id": i, "parent": p, "source": s}) for i, p, s in rows)
    two = {"id": "e", "parent": "p", "source": "z:1", "meta": '{"made": {"words_of": "a"}}'}
    assert known.why(two)
    assert known.why({**two, "meta": '{"made": {"values_of": ["b", "a"]}}'})
    assert known.why({**two, "meta": '{"made": {"values_of": ["b"]}}'}) is None
    assert known.why({**two, "meta": '{"made": "words_of a"}'}) is None
    assert known.why({"id": "e", "parent": None, "source": "y.jsonl:22"}) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id\n", r"forgotten\.csv:1: the header must be `kind,name`"),
        ("kind,name\nfile,x\n", r"forgotten\.csv:2: `row,ID` or `source,NAME`"),
        ("kind,name\nrow\n", r"forgotten\.csv:2: `row,ID` or `source,NAME`"),
    ],
)
def test_a_list_that_is_none_is_refused_with_its_line(
    tmp_path: Path, text: str, words: str
) -> None:
    (tmp_path / "forgotten.csv").write_text(text)
    with pytest.raises(UserError, match=words):
        read_forgotten(tmp_path / "forgotten.csv")


def test_no_list_is_refused_with_what_it_needs(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file; it needs the header `kind,name`"):
        read_forgotten(tmp_path / "forgotten.csv")
