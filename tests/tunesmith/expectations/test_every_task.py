"""Gates see the answers of every task."""

import pytest

from tests.tiny import tiny_tokenizer
from tests.tunesmith.importers.reading import one
from tunesmith.expectations.answer_present import answers
from tunesmith.expectations.roles_alternate import roles
from tunesmith.expectations.tokens import trained_flags
from tunesmith.rows import Row

CALL = {"role": "assistant", "content": "", "tool_calls": [{"name": "f", "arguments": {}}]}


def calling() -> Row:
    return one({"messages": [{"role": "user", "content": "q"}, CALL]})


def test_a_tool_call_is_an_answer() -> None:
    assert '"name": "f"' in answers(calling())[0]
    assert roles(calling()) == "ua"


@pytest.mark.parametrize(
    "row",
    [
        one({"prompt": "q", "completion": "good", "label": True}),
        one({"prompt": "q", "completions": ["good"], "labels": [True]}),
        one({"prompt": "q", "chosen": "good", "rejected": "bad"}),
    ],
)
def test_answers_roles_and_trained_tokens_of_each_task(row: Row) -> None:
    assert answers(row)[0] == "good"
    assert roles(row) == "ua"
    assert sum(trained_flags(row, tiny_tokenizer())) == len("good") + 1
