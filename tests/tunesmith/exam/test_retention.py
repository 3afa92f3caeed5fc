"""Retention sets are read whole, or the line that is no example is named."""

import json
from pathlib import Path

import pytest

from tunesmith.errors import UserError
from tunesmith.exam.retention import retention_rows
from tunesmith.rows import row_id


def write(path: Path, *records: dict[str, str]) -> None:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))


def test_every_file_is_a_set_of_its_name_in_any_shape(tmp_path: Path) -> None:
    write(tmp_path / "prose.jsonl", {"text": "some words"}, {"text": "一些字"})
    write(tmp_path / "facts.jsonl", {"prompt": "What is 2 + 2?", "completion": "4"})
    (tmp_path / "README.md").write_text("no set")
    rows = retention_rows(tmp_path)
    assert [row["split"] for row in rows] == ["retention:facts", *["retention:prose"] * 2]
    assert [row["task"] for row in rows] == ["chat", "text", "text"]
    assert [row["lang"] for row in rows] == ["en", "en", "zh"]
    assert len({row["id"] for row in rows}) == 3


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    for name in ("facts.csv", "facts.v2.jsonl"):
        (tmp_path / name).write_text("text\n")
    with pytest.raises(UserError, match=r"facts\.v2\.jsonl: facts\.csv is the set of this name"):
        retention_rows(tmp_path)


def test_rows_have_ids_of_their_own_beside_the_same_file_collected(tmp_path: Path) -> None:
    (tmp_path / "retention").mkdir()
    write(tmp_path / "retention" / "facts.jsonl", {"text": "some words"})
    [row] = retention_rows(tmp_path / "retention")
    assert row["source"] == "retention/facts.jsonl:1"
    assert row["id"] != row_id("facts.jsonl", row)


def test_an_empty_folder_asks_nothing(tmp_path: Path) -> None:
    assert retention_rows(tmp_path) == []


def test_a_line_that_is_no_example_stops_with_its_place(tmp_path: Path) -> None:
    write(tmp_path / "facts.jsonl", {"prompt": "2 + 2?", "completion": "4"}, {"prompt": "3?"})
    with pytest.raises(UserError, match=r"facts\.jsonl:2: .*mend the line or take it out"):
        retention_rows(tmp_path)


def test_a_name_that_is_no_word_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "my facts.jsonl", {"text": "words"})
    with pytest.raises(UserError, match=r"my facts\.jsonl: a retention set is called by letters"):
        retention_rows(tmp_path)


def test_the_sets_of_the_demo_are_what_its_command_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tunesmith.demo import retention

    monkeypatch.setattr("sys.argv", ["retention", "--out", str(tmp_path)])
    retention.main()
    committed = Path(__file__).resolve().parents[3] / "data" / "retention"
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (committed / path.name).read_bytes()
    assert len(list(tmp_path.iterdir())) == 2
