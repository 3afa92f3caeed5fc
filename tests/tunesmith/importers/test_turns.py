"""Conversations: spellings of turns, tool calls, blocks, weights."""

import json
from typing import Any

import pytest

from tests.tunesmith.importers.reading import imported, one, said
from tunesmith.rows import Row

CALL = {"type": "function", "function": {"name": "weather", "arguments": {"town": "北京"}}}
TOOL = {"name": "weather", "description": "Weather of a town", "parameters": {"type": "object"}}


def calls(row: Row) -> Any:
    turns = row["messages"] or [*row["prompt"], *row["completion"]]
    return [json.loads(turn["tool_calls"]) for turn in turns if "tool_calls" in turn]


@pytest.mark.parametrize(
    "turn",
    [
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "assistant", "content": "", "tool_calls": json.dumps([CALL])},
        {
            "role": "assistant",
            "content": "",
            "function_call": {"name": "weather", "arguments": '{"town": "北京"}'},
        },
        {"from": "function_call", "value": '{"name": "weather", "arguments": {"town": "北京"}}'},
        {"role": "tool_call", "content": '{"name": "weather", "arguments": {"town": "北京"}}'},
        {
            "role": "assistant",
            "content": [{"type": "tool_use", "name": "weather", "input": {"town": "北京"}}],
        },
    ],
)
def test_a_tool_call_is_one_thing_in_every_spelling(turn: dict[str, Any]) -> None:
    row = one({"messages": [{"role": "user", "content": "Weather?"}, turn], "tools": [TOOL]})
    assert calls(row) == [[CALL]]
    assert row["completion"][0]["content"] == ""
    assert json.loads(row["tools"]) == [TOOL]


def test_the_answer_of_a_tool_keeps_its_place_and_its_call() -> None:
    turns = [
        {"role": "user", "content": "Weather?"},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "c1", "name": "weather"}]},
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "c1", "content": "rain"},
                {"type": "text", "text": "Well?"},
            ],
        },
        {"role": "assistant", "content": [{"type": "text", "text": "It rains."}]},
    ]
    row = one({"messages": turns})
    assert said(row["messages"])[2:] == [
        ("tool", "rain"),
        ("user", "Well?"),
        ("assistant", "It rains."),
    ]
    assert row["messages"][2]["tool_call_id"] == "c1"
    assert calls(row)[0][0]["id"] == "c1"


def test_plain_messages_stay_two_keys() -> None:
    turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    row = one({"messages": turns})
    assert row["completion"] == [{"role": "assistant", "content": "b"}]
    assert row["tools"] is row["images"] is None


def test_the_keys_of_tools_and_arguments_keep_their_order() -> None:
    call = {"name": "move", "arguments": {"to": "b", "from": "a"}}
    turns = [{"from": "human", "value": "Go"}, {"from": "function_call", "value": json.dumps(call)}]
    row = one({"conversations": turns, "tools": json.dumps([TOOL])})
    assert row["tools"] == json.dumps([TOOL])
    assert '"to": "b", "from": "a"' in row["completion"][0]["tool_calls"]


def test_a_call_that_is_not_json_is_put_aside() -> None:
    turns = [{"from": "human", "value": "?"}, {"from": "function_call", "value": "weather()"}]
    assert "not JSON" in imported({"conversations": turns}).rejected[0].reason


def test_tools_that_are_no_descriptions_are_put_aside() -> None:
    turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    found = imported({"messages": turns, "tools": ["weather"]})
    assert found.rejected[0].reason == '"tools" is no list of function descriptions'


def test_a_system_column_comes_first_but_not_twice() -> None:
    turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    system = {"role": "system", "content": "kind"}
    assert one({"messages": turns, "system": "kind"})["prompt"] == [system, turns[0]]
    assert one({"messages": [system, *turns], "system": "x"})["prompt"] == [system, turns[0]]


def test_answers_of_weight_0_are_read_and_the_later_ones_trained() -> None:
    turns = [
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "b", "weight": 0},
        {"role": "user", "content": "c"},
        {"role": "assistant", "content": "d", "weight": 1},
    ]
    row = one({"messages": turns})
    assert [text for _, text in said(row["prompt"])] == ["a", "b", "c"]
    assert said(row["completion"]) == [("assistant", "d")]


@pytest.mark.parametrize("weights", [(1, 0), (0, 0), (0.5, 1)])
def test_weights_that_cannot_be_kept_are_named(weights: tuple[float, float]) -> None:
    turns = [{"role": "user", "content": "a"}]
    turns += [{"role": "assistant", "content": "b", "weight": w} for w in weights]  # type: ignore[dict-item]
    assert "weight" in imported({"messages": turns}).rejected[0].reason


def test_images_in_blocks_leave_a_mark_and_their_address() -> None:
    blocks = [
        {"type": "image_url", "image_url": {"url": "a.png"}},
        {"type": "text", "text": "What is it?"},
    ]
    turns = [{"role": "user", "content": blocks}, {"role": "assistant", "content": "A cat."}]
    row = one({"messages": turns})
    assert row["prompt"][0]["content"] == "<image>\nWhat is it?"
    assert row["images"] == ["a.png"]


def test_an_images_column_is_kept_and_videos_are_named() -> None:
    record = {"instruction": "<image>What?", "output": "A cat.", "images": ["a.png"]}
    assert one(record)["images"] == ["a.png"]
    found = imported({**record, "videos": ["a.mp4"]}, {**record, "images": [{"bytes": "x"}]})
    assert "videos" in found.rejected[0].reason
    assert "save the images as files" in found.rejected[1].reason
