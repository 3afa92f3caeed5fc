"""Better and worse answers in the peers' spellings."""

from typing import Any

import pytest

from tests.tunesmith.importers.reading import imported, one, said

ASKED = {"role": "user", "content": "Hi"}
GOOD = {"role": "assistant", "content": "Hello"}
BAD = {"role": "assistant", "content": "No"}


@pytest.mark.parametrize(
    "record",
    [
        {"prompt": "Hi", "chosen": "Hello", "rejected": "No"},
        {"question": "Hi", "chosen": "Hello", "rejected": "No"},
        {"prompt": [ASKED], "chosen": [GOOD], "rejected": [BAD]},
        {"prompt": [ASKED], "chosen": [ASKED, GOOD], "rejected": [ASKED, BAD]},
        {"prompt": "Hi", "chosen": [ASKED, GOOD], "rejected": [ASKED, BAD]},
        {"chosen": [ASKED, GOOD], "rejected": [ASKED, BAD]},
        {"prompt": None, "chosen": [ASKED, GOOD], "rejected": [ASKED, BAD]},
        {"instruction": "Hi", "input": "", "output": "x", "chosen": "Hello", "rejected": "No"},
        {
            "conversations": [{"from": "human", "value": "Hi"}],
            "chosen": {"from": "gpt", "value": "Hello"},
            "rejected": {"from": "gpt", "value": "No"},
        },
        {"messages": [ASKED], "chosen": GOOD, "rejected": BAD},
        {"messages": [ASKED, GOOD], "rejected_response": "No"},
        {"messages": [ASKED, GOOD], "rejected_messages": [ASKED, BAD]},
        {"query": "Hi", "response": "Hello", "rejected_response": "No"},
        {
            "chosen": "\n\nHuman: Hi\n\nAssistant: Hello",
            "rejected": "\n\nHuman: Hi\n\nAssistant: No",
        },
    ],
)
def test_every_spelling_gives_the_same_row(record: dict[str, Any]) -> None:
    row = one(record)
    assert row["task"] == "preference"
    assert said(row["prompt"]) == [("user", "Hi")]
    assert said(row["chosen"]) == [("assistant", "Hello")]
    assert said(row["rejected"]) == [("assistant", "No")]


def test_the_system_text_and_the_history_of_the_prompt_are_kept() -> None:
    record = {"prompt": "Bye", "system": "kind", "history": [["Hi", "Hello"]]}
    row = one({**record, "chosen": "Bye!", "rejected": "Hm"})
    assert [role for role, _ in said(row["prompt"])] == ["system", "user", "assistant", "user"]


def test_answers_without_a_common_question_are_put_aside() -> None:
    other = {"role": "user", "content": "Who?"}
    found = imported(
        {"chosen": [ASKED, GOOD], "rejected": [other, BAD]}, {"chosen": "a", "rejected": "b"}
    )
    assert [one.reason for one in found.rejected] == [
        '"chosen" and "rejected" begin with no common question',
        '"chosen" and "rejected" without a prompt',
    ]
