"""Each accepted shape, and what happens to a record of none."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.tunesmith.importers.reading import imported, one, said
from tunesmith.importers import detect
from tunesmith.importers.records import LONGEST_HEAD, Example, Hints, examples
from tunesmith.importers.seen import Seen
from tunesmith.records import Item, Rejected
from tunesmith.rows import meta_of


def test_alpaca_joins_instruction_and_input() -> None:
    row = one({"instruction": "Translate.", "input": "Hallo", "output": "Hello"})
    assert said(row["prompt"]) == [("user", "Translate.\nHallo")]
    assert said(row["completion"]) == [("assistant", "Hello")]
    assert (row["task"], row["source"], row["lang"]) == ("chat", "a.jsonl:1", "en")


def test_the_history_of_alpaca_makes_a_conversation() -> None:
    record = {
        "instruction": "再见",
        "output": "再见！",
        "history": [["你好", "您好"]],
        "system": "客服",
    }
    row = one(record)
    assert said(row["messages"]) == [
        ("system", "客服"),
        ("user", "你好"),
        ("assistant", "您好"),
        ("user", "再见"),
        ("assistant", "再见！"),
    ]
    assert row["prompt"] is None


def test_sharegpt_in_both_spellings() -> None:
    turns = [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}]
    first = one({"conversations": turns, "system": "Be kind."})
    second = one({"conversation": [{"human": "Hi", "assistant": "Hello"}], "system": "Be kind."})
    assert first["prompt"] == second["prompt"]
    assert said(first["prompt"]) == [("system", "Be kind."), ("user", "Hi")]


@pytest.mark.parametrize("names", [("prompt", "completion"), ("query", "response")])
def test_prompt_and_completion_in_both_spellings(names: tuple[str, str]) -> None:
    row = one({names[0]: "Hi", names[1]: "Hello"})
    assert (said(row["prompt"]), said(row["completion"])) == (
        [("user", "Hi")],
        [("assistant", "Hello")],
    )


def test_labels_are_named_and_unknown_ones_rejected() -> None:
    found = imported(
        {"text": "good", "label": 1},
        {"text": "bad", "label": "0"},
        {"text": "odd", "label": 7},
        labels={"0": "negative", "1": "positive"},
    )
    assert [row["label"] for row in found.rows] == ["positive", "negative"]
    assert found.rejected[0].reason == 'label "7" is none of: 0, 1'


def test_columns_are_renamed() -> None:
    row = one(
        {"ask": "头疼？", "answer": "多喝水。", "department": "内科"}, columns={"prompt": "ask"}
    )
    assert said(row["prompt"]) == [("user", "头疼？")]
    assert meta_of(row) == {"department": "内科"}


def test_a_missing_named_column_is_told() -> None:
    found = imported({"question": "?"}, columns={"prompt": "ask"})
    assert found.rejected[0].reason == 'no column "ask"; columns: question'


def test_a_row_without_an_answer_is_still_an_example() -> None:
    assert said(one({"instruction": "Hi", "output": None})["completion"]) == [("assistant", "")]
    only_asked = one({"messages": [{"role": "user", "content": "Hi"}]})
    assert said(only_asked["completion"]) == [("assistant", "")]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"foo": 1}, 'columns "foo" fit no shape'),
        ({"messages": [{"role": "wizard", "content": "x"}]}, 'unknown role "wizard"'),
        ({"messages": [{"role": "\udc80", "content": "x"}]}, "unknown role"),
        ({"messages": []}, "the conversation is empty"),
        ({"prompt": {"a": 1}, "completion": "x"}, '"prompt" holds dict, not text'),
        ({"text": "x", "label": "a", "split": "trial"}, 'split "trial" is none of'),
        ({"prompt": "a", "completion": "half \ud83d"}, "a lone surrogate"),
    ],
)
def test_a_record_of_no_shape_is_rejected_with_its_reason(
    record: dict[str, Any], reason: str
) -> None:
    found = imported(record)
    assert not found.rows
    assert reason in found.rejected[0].reason
    assert found.rejected[0].reason.encode()


def test_a_row_of_another_shape_is_taken_but_not_of_another_task() -> None:
    found = imported(
        {"instruction": "Hi", "output": "Hello"},
        {"prompt": "Hi", "completion": "Hello"},
        {"text": "no answer here"},
    )
    assert found.shapes == {"alpaca": 1, "prompt_completion": 1}
    assert found.rejected[0].line == 3
    assert "of task chat; this file is alpaca" in found.rejected[0].reason
    assert 'no "instruction", no "output"' in found.rejected[0].reason


def test_the_task_of_a_file_is_that_of_most_of_its_first_rows() -> None:
    rows = [{"prompt": "Hi", "completion": "Hello"}] * 3
    found = imported({"text": "a stray line"}, *rows)
    assert [rejected.line for rejected in found.rejected] == [1]
    assert {row["task"] for row in found.rows} == {"chat"}


def test_a_row_of_the_files_shape_but_for_a_cell_says_so() -> None:
    good = {"prompt": "Hi", "completion": "Hello", "label": True}
    found = imported(good, good, {**good, "label": None})
    assert found.rejected[0].reason.endswith(
        "this file is unpaired (kto_tag/label): what its columns hold does not fit"
    )


def test_what_a_message_has_beside_its_text_goes_to_meta() -> None:
    turns = [
        {"role": "user", "content": "Hi", "dialog_act": ["greet"]},
        {"role": "assistant", "content": "Hello"},
    ]
    assert meta_of(one({"messages": turns})) == {"messages": [{"dialog_act": ["greet"]}, {}]}


def test_the_rows_own_columns_speak_where_the_source_is_silent() -> None:
    record = {"text": "x y z", "label": "a", "split": "dev", "language": "en-GB", "license": "MIT"}
    row = one(record)
    assert (row["split"], row["lang"], row["licence"], row["meta"]) == (
        "validation",
        "en",
        "MIT",
        None,
    )
    assert one(record, split="test", licence="CC0")["split"] == "test"
    assert one({"text": "das ist gut", "label": "a", "lang": "de"})["lang"] == "other"


def test_ids_are_unique_and_stable_when_a_row_is_put_before_them() -> None:
    row = {"prompt": "Hi", "completion": "Hello"}
    twice = imported(row, row)
    assert twice.rows[0]["id"] != twice.rows[1]["id"]
    later = imported({"prompt": "new", "completion": "row"}, row, row)
    assert [one["id"] for one in later.rows[1:]] == [one["id"] for one in twice.rows]


@pytest.mark.parametrize(
    ("record", "name"),
    [
        ({"instruction": "", "output": ""}, "alpaca"),
        ({"conversations": []}, "sharegpt"),
        ({"messages": []}, "messages"),
        ({"prompt": "", "chosen": "", "rejected": ""}, "preference"),
        ({"sentence": "", "label": 0}, "text_label"),
        ({"text": ""}, "text"),
        ({}, None),
    ],
)
def test_the_shape_is_told_by_its_columns(record: dict[str, Any], name: str | None) -> None:
    assert detect(record) == name


def test_of_a_file_that_begins_with_broken_lines_only_so_many_are_held() -> None:
    good = {"prompt": "Hi", "completion": "Hello"}
    broken = [Rejected(line, "not JSON", "x") for line in range(1, 3_001)]
    taken: list[int] = []

    def items() -> Iterator[Item]:
        for item in [*broken, (3_001, good)]:
            taken.append(item[0])
            yield item

    found = examples(items(), "a.jsonl", Hints(), Seen())
    assert next(found) == broken[0]
    assert len(taken) == LONGEST_HEAD
    *rest, last = found
    assert rest == broken[1:]
    assert isinstance(last, Example)
    assert last.shape == "prompt_completion"


def test_a_slip_in_the_column_map_is_told() -> None:
    (rejected,) = imported({"q": "Hi", "completion": "Hello"}, columns={"promt": "q"}).rejected
    assert rejected.reason.endswith('`columns:` names "promt", did you mean "prompt"?')
    (rejected,) = imported({"q": "Hi", "intent": "x"}, columns={"shop": "intent"}).rejected
    assert "did you mean" not in rejected.reason
