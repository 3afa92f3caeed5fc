"""Rows of people: what is read, and how a bad line is named."""

from pathlib import Path
from typing import Any

import pytest

from tunesmith.errors import UserError
from tunesmith.proposals.given import given_row, is_answered, read_given


def test_a_plain_question_is_a_chat_row_that_needs_an_answer() -> None:
    row = given_row({"prompt": "订单到哪里了？"}, "f:1", "pool/f.jsonl:1", "mine")
    assert (row["task"], row["lang"], row["source"]) == ("chat", "zh", "pool/f.jsonl:1")
    assert row["prompt"] == [{"role": "user", "content": "订单到哪里了？"}]
    assert row["completion"] is None
    assert not is_answered(row)


def test_a_text_without_a_label_is_a_row_of_a_classification() -> None:
    row = given_row({"text": "money back"}, "f:1", "pool/f.jsonl:1", "mine")
    assert (row["task"], row["label"], is_answered(row)) == ("classification", None, False)
    assert is_answered(given_row({"text": "money", "label": "refund"}, "f:1", "f", "mine"))


def test_the_slice_of_a_row_stays_beside_its_columns() -> None:
    given = {"prompt": "a", "completion": "b", "slice": "lang=zh"}
    assert given_row(given, "f:1", "written/f", "written")["slice"] == "lang=zh"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", r"not JSON"),
        ("[]", r"not a JSON object"),
        ('{"answer": "a"}', r"unknown answer; known: id, task"),
        ('{"completion": "a"}', r"a row of task chat needs prompt \+ completion"),
        ('{"prompt": ""}', r"the question is empty"),
        ('{"prompt": "a", "slice": 3}', r"slice: the name of a slice, not 3"),
        ('{"prompt": [{"role": "bot", "content": "a"}]}', r"prompt: a list of messages"),
    ],
)
def test_a_bad_line_is_named_with_file_and_line(line: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "asked.jsonl").write_text(f'{{"prompt": "a"}}\n{line}\n', encoding="utf-8")
    with pytest.raises(UserError, match=rf"asked\.jsonl:2: {reason}"):
        read_given(tmp_path, "pool")


def test_a_row_that_somebody_wrote_has_an_answer(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"prompt": "a"}\n', encoding="utf-8")
    with pytest.raises(UserError, match=r"rows\.jsonl:1: there is no answer"):
        read_given(tmp_path, "written", answered=True)


@pytest.mark.parametrize("name", ["asked.csv", "asked.json", "notes.txt"])
def test_a_file_of_another_kind_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("x")
    with pytest.raises(UserError, match=rf"{name}: rows are read from \.jsonl"):
        read_given(tmp_path, "pool")


def test_a_readme_what_dvc_keeps_and_what_a_crash_left_are_no_rows(tmp_path: Path) -> None:
    for name in ("README.md", ".gitkeep", ".gitignore", "asked.jsonl.dvc", "rows.torn"):
        (tmp_path / name).write_text("x")
    assert read_given(tmp_path, "pool") == []


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such folder; an empty one will do"):
        read_given(tmp_path / "pool", "pool")


def rows_of(folder: Path) -> list[Any]:
    return [row["source"] for row in read_given(folder, "pool")]


def test_files_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a.jsonl"):
        (tmp_path / name).write_text(f'\n{{"prompt": "{name}"}}\n', encoding="utf-8")
    assert rows_of(tmp_path) == ["pool/a.jsonl:2", "pool/b.jsonl:2"]
