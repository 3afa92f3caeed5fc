"""Files that have come in: any shape, with or without answers, cleaned as train rows are."""

import json
from pathlib import Path

import pytest

from tunesmith.cleaners import CleanParams
from tunesmith.errors import UserError
from tunesmith.monitor.incoming import arrived, asked_questions, distinct
from tunesmith.sources.file import FileSource

STEPS = CleanParams.model_validate(
    {
        "steps": [
            {"kind": "strip_html"},
            {"kind": "language", "keep": ["en", "zh"]},
            {"kind": "pii", "action": "mask"},
            {"kind": "length", "min_answer_chars": 3},
            {"kind": "label_noise", "column": "meta.intent"},
        ]
    }
).steps


def write(path: Path, *records: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")


def asked(folder: Path, **options: object) -> list[str]:
    source = FileSource.model_validate({"path": "asked", **options})
    return [row["text"] for one in asked_questions(folder, source, 0, STEPS) for row in one.rows]


@pytest.mark.parametrize(
    "record",
    [
        {"prompt": "Where is it?"},
        {"query": "Where is it?"},
        {"text": "Where is it?"},
        {"instruction": "Where is it?"},
        {"messages": [{"role": "user", "content": "Where is it?"}]},
        {"conversations": [{"from": "human", "value": "Where is it?"}]},
        {"text": "Where is it?", "label": "status"},
        {"prompt": "Where is it?", "response": "In the post."},
    ],
    ids="+".join,
)
def test_a_question_may_have_any_shape_and_needs_no_answer(
    tmp_path: Path, record: dict[str, object]
) -> None:
    write(tmp_path / "asked" / "a.jsonl", record)
    assert asked(tmp_path) == ["Where is it?"]


def test_a_column_map_is_followed(tmp_path: Path) -> None:
    write(tmp_path / "asked" / "a.jsonl", {"frage": "Where is it?"})
    assert asked(tmp_path, columns={"prompt": "frage"}) == ["Where is it?"]


def test_questions_are_rewritten_as_train_rows_are_and_none_is_dropped(tmp_path: Path) -> None:
    write(
        tmp_path / "asked" / "a.jsonl",
        {"prompt": "<b>Where</b> is it? Write to anna@example.org"},
        {"prompt": "どこにありますか、教えてください"},
    )
    first, other = asked(tmp_path)
    assert "<b>" not in first
    assert "anna@example.org" not in first
    assert other == "どこにありますか、教えてください"


def test_answered_rows_pass_the_cleaners_that_look_at_one_row_alone(tmp_path: Path) -> None:
    write(
        tmp_path / "answered" / "a.jsonl",
        {"prompt": "Where?", "completion": "In the post."},
        {"prompt": "Where?", "completion": "x"},
        {"prompt": "Where?"},
    )
    [one] = arrived(tmp_path, FileSource(path="answered"), 0, STEPS)
    assert [row["completion"][0]["content"] for row in one.rows] == ["In the post."]
    assert one.aside == 1


@pytest.mark.parametrize("made", [(), ("asked",)], ids=["no folder", "an empty folder"])
def test_nothing_that_came_is_no_error(tmp_path: Path, made: tuple[str, ...]) -> None:
    for name in made:
        (tmp_path / name).mkdir()
        (tmp_path / name / "README.md").write_text("what lies here\n")
    assert asked(tmp_path) == []


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "asked").mkdir()
    (tmp_path / "asked" / "a.jsonl").write_text("")
    with pytest.raises(UserError, match=r"a\.jsonl: the file is empty"):
        asked(tmp_path)


def test_questions_that_differ_in_marks_only_count_once() -> None:
    assert distinct(["Where is it?", "where is it", "在哪里？", "在哪里", " ", ""]) == [
        "Where is it?",
        "在哪里？",
    ]
