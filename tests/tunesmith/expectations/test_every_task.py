"""Gates see the answers of every task."""

import pytest

from tests.tiny import tiny_tokenizer
from tests.tunesmith.expectations.evidence import evidence_of
from tests.tunesmith.importers.reading import one
from tunesmith.expectations.answer_present import shortest_answers
from tunesmith.expectations.roles_alternate import roles
from tunesmith.expectations.tokens import trained_flags
from tunesmith.rows import Row

CALL = {"role": "assistant", "content": "", "tool_calls": [{"name": "f", "arguments": {}}]}


def calling() -> Row:
    return one({"messages": [{"role": "user", "content": "q"}, CALL]})


def test_a_tool_call_is_an_answer() -> None:
    evidence = evidence_of([calling()])
    assert evidence.by_batch(shortest_answers)[0].as_py() > len('"name": "f"')
    assert evidence.by_batch(roles).to_pylist() == ["ua"]


@pytest.mark.parametrize(
    "row",
    [
        one({"prompt": "q", "completion": "good", "label": True}),
        one({"prompt": "q", "completions": ["good"], "labels": [True]}),
        one({"prompt": "q", "chosen": "good", "rejected": "bad"}),
    ],
)
def test_answers_roles_and_trained_tokens_of_each_task(row: Row) -> None:
    evidence = evidence_of([row])
    assert evidence.by_batch(shortest_answers)[0].as_py() in {len("bad"), len("good")}
    assert evidence.by_batch(roles).to_pylist() == ["ua"]
    assert sum(trained_flags(row, tiny_tokenizer())) == len("good") + 1


def test_a_prompt_has_what_it_asks_and_its_answer_is_yet_to_come() -> None:
    rows = [one({"prompt": text}, task="prompt") for text in ("how?", " ")]
    evidence = evidence_of(rows)
    assert evidence.by_batch(shortest_answers).to_pylist() == [len("how?"), 0]
    assert evidence.by_batch(roles).to_pylist() == ["ua", "ua"]
    assert trained_flags(rows[0], tiny_tokenizer()) == [True] * len("uhow?a")  # one for <u>, <a>
    assert trained_flags(rows[0], tiny_tokenizer(None)) == [True] * len("how?")
