"""KTO: one answer and whether it is good."""

from typing import Any

import pytest

from tests.tunesmith.importers.reading import imported, one, said

TURNS = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]


@pytest.mark.parametrize(
    "record",
    [
        {"prompt": "Hi", "completion": "Hello", "label": True},
        {"prompt": "Hi", "completion": "Hello", "label": "True"},
        {"prompt": TURNS[:1], "completion": TURNS[1:], "label": True},
        {"instruction": "Hi", "output": "Hello", "kto_tag": True},
        {"messages": TURNS, "kto_tag": True},
        {"messages": TURNS, "label": True},
    ],
)
def test_every_spelling_gives_the_same_row(record: dict[str, Any]) -> None:
    row = one(record)
    assert (row["task"], row["label"]) == ("unpaired", "true")
    assert said(row["prompt"]) == [("user", "Hi")]
    assert said(row["completion"]) == [("assistant", "Hello")]


def test_a_label_that_is_no_verdict_leaves_the_row_a_chat() -> None:
    assert one({"prompt": "Hi", "completion": "Hello", "label": "greeting"})["task"] == "chat"


def test_a_conversation_that_ends_with_a_question_cannot_be_judged() -> None:
    found = imported({"messages": [*TURNS, TURNS[0]], "kto_tag": False})
    assert "does not end with an answer" in found.rejected[0].reason
