"""Examples: one schema, stable ids, the same bytes for the same rows."""

from pathlib import Path

import pandas as pd
import pytest

from tests.tiny import chat_row
from tunesmith import rows
from tunesmith.errors import UserError

DIALOGUE = {
    "task": "chat",
    "messages": [
        {"role": "user", "content": "你好"},
        {"role": "assistant", "content": "您好"},
        {"role": "user", "content": "bye"},
        {"role": "assistant", "content": "goodbye"},
    ],
}


def test_rows_survive_the_file(tmp_path: Path) -> None:
    frame = rows.to_frame([chat_row(0, "在吗？", "在的。"), DIALOGUE])
    rows.write_rows(tmp_path / "r.parquet", frame)
    pd.testing.assert_frame_equal(rows.read_rows(tmp_path / "r.parquet"), frame)


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    frame = rows.to_frame([chat_row(i, "a" * i, "b") for i in range(50)])
    rows.write_rows(tmp_path / "one.parquet", frame)
    rows.write_rows(tmp_path / "two.parquet", frame)
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()


def test_an_id_depends_on_source_and_content_only() -> None:
    row = chat_row(1, "q", "a")
    assert rows.row_id("f", row) == rows.row_id("f", {**row, "lang": "zh", "split": "test"})
    assert rows.row_id("f", row) != rows.row_id("g", row)
    assert rows.row_id("f", row) != rows.row_id("f", chat_row(1, "q", "b"))


def test_the_answer_of_a_dialogue_is_its_last_turn() -> None:
    assert rows.reference_of(DIALOGUE) == "goodbye"
    assert [m["content"] for m in rows.prompt_of(DIALOGUE)] == ["你好", "您好", "bye"]


def test_all_text_of_a_row_is_seen() -> None:
    assert rows.text_of(chat_row(0, "q", "a")) == "q\na"
    assert rows.text_of({"task": "text", "text": "alone"}) == "alone"


def test_a_missing_table_says_how_it_is_made(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="dvc repro"):
        rows.read_rows(tmp_path / "none.parquet")


def test_a_file_that_is_no_table_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_text("hello")
    with pytest.raises(UserError, match=r"x\.parquet: not a Parquet table"):
        rows.read_rows(tmp_path / "x.parquet")


def test_a_table_of_something_else_is_refused(tmp_path: Path) -> None:
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "x.parquet")
    with pytest.raises(UserError, match="not those of an example"):
        rows.read_rows(tmp_path / "x.parquet")


def tool_row() -> rows.Row:
    calls = [{"function": {"arguments": {"to": "李雷"}, "name": "call"}, "type": "function"}]
    return {
        "task": "chat",
        "messages": [
            {"role": "user", "content": "打给李雷"},
            {"role": "assistant", "content": "", "tool_calls": rows.to_json(calls)},
            {"role": "tool", "content": "ok", "name": "call"},
            {"role": "assistant", "content": "好了", "reasoning_content": "done"},
        ],
        "tools": rows.to_json([{"name": "call", "description": "Calls 李雷"}]),
        "images": ["a.png"],
    }


def test_tool_calls_and_steps_survive_the_file(tmp_path: Path) -> None:
    steps = {"task": "stepwise", "completions": ["a", "b"], "labels": [True, False]}
    frame = rows.to_frame([tool_row(), steps, chat_row(0, "q", "a")])
    rows.write_rows(tmp_path / "r.parquet", frame)
    pd.testing.assert_frame_equal(rows.read_rows(tmp_path / "r.parquet"), frame)


def test_a_plain_message_has_two_keys_though_another_has_more(tmp_path: Path) -> None:
    rows.write_rows(tmp_path / "r.parquet", rows.to_frame([tool_row(), DIALOGUE]))
    (_, plain) = rows.to_rows(rows.read_rows(tmp_path / "r.parquet"))
    assert plain["messages"] == DIALOGUE["messages"]


def test_every_text_is_walked_and_names_stay() -> None:
    changed = rows.map_texts(tool_row(), lambda text: text.replace("李雷", "X"))
    assert "李雷" not in str(changed)
    assert '"name": "call"' in changed["messages"][1]["tool_calls"]
    assert rows.texts_of(tool_row()) == ["打给李雷", "", "李雷", "ok", "好了", "done", "Calls 李雷"]
    assert "李雷" in str(tool_row()), "the row itself stays"


def test_an_answer_may_be_a_tool_call() -> None:
    row = {**tool_row(), "messages": tool_row()["messages"][:2]}
    assert rows.reference_of(row).startswith('[{"function": {"arguments"')
    assert [turn["role"] for turn in rows.prompt_of(row)] == ["user"]


def test_a_preference_is_read_with_its_better_answer() -> None:
    row = {
        "task": "preference",
        "prompt": [{"role": "user", "content": "q"}],
        "chosen": [{"role": "assistant", "content": "good"}],
        "rejected": [{"role": "assistant", "content": "bad"}],
    }
    assert rows.text_of(row) == "q\ngood"
    assert rows.reference_of(row) == "good"
    assert rows.all_text(row) == "q\ngood\nbad"
