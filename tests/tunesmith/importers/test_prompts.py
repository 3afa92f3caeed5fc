"""Prompts that nobody has answered are read where their source says so, and nowhere else."""

from typing import Any

import pytest

from tests.tunesmith.importers.reading import imported, one, said
from tunesmith.importers import detect
from tunesmith.rows import meta_of, reference_of

ASK = {"role": "user", "content": "订单呢？"}


@pytest.mark.parametrize(
    ("record", "turns"),
    [
        ({"prompt": "Hi"}, [("user", "Hi")]),
        ({"question": "Hi", "system": "Be kind."}, [("system", "Be kind."), ("user", "Hi")]),
        ({"instruction": "Translate.", "input": "你好"}, [("user", "Translate.\n你好")]),
        ({"messages": [ASK]}, [("user", "订单呢？")]),
        ({"conversations": [{"from": "human", "value": "Hi"}]}, [("user", "Hi")]),
        ({"text": "a fine film"}, [("user", "a fine film")]),
        ({"sentence": "好看"}, [("user", "好看")]),
    ],
)
def test_whatever_asks_is_a_prompt(record: dict[str, Any], turns: list[tuple[str, str]]) -> None:
    row = one(record, task="prompt")
    assert row["task"] == "prompt"
    assert said(row["prompt"]) == turns
    assert reference_of(row) == ""
    assert row["completion"] is None


def test_an_answer_that_stands_beside_it_is_kept_and_not_learnt() -> None:
    row = one({"prompt": "Hi", "completion": "Hello", "intent": "greet"}, task="prompt")
    assert said(row["prompt"]) == [("user", "Hi")]
    assert row["completion"] is None
    assert meta_of(row) == {"completion": "Hello", "intent": "greet"}


def test_a_conversation_that_has_its_answer_is_put_aside() -> None:
    talk = [ASK, {"role": "assistant", "content": "在路上"}]
    (rejected,) = imported({"messages": talk}, task="prompt").rejected
    assert rejected.reason == "the conversation ends with an answer, and a prompt has none"


def test_no_record_is_a_prompt_unless_its_source_says_so() -> None:
    assert detect({"prompt": "Hi"}) is None
    assert detect({"prompt": "Hi"}, "prompt") == "prompt"
    assert detect({"text": "Hi"}) == "text"
    (rejected,) = imported({"question": "Hi"}).rejected
    assert rejected.reason.endswith("say `task: prompt` at the source, for a teacher")
    (rejected,) = imported({"shop": "Hi"}).rejected
    assert rejected.reason == 'columns "shop" fit no shape'


def test_a_row_of_ours_comes_back_as_it_was() -> None:
    row = one({"prompt": "Hi"}, task="prompt")
    again = one({key: value for key, value in row.items() if value is not None})
    assert (again["task"], again["prompt"]) == ("prompt", row["prompt"])
