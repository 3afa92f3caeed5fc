"""Tokens: counted with the base model's own tokenizer and chat template."""

from pathlib import Path
from typing import Any

import pytest

from tests.plain_rows import plain_chat, plain_label
from tests.tunesmith.expectations.evidence import evidence_of
from tunesmith.expectations import ValidateParams
from tunesmith.expectations.finding import Finding
from tunesmith.expectations.run import evaluate
from tunesmith.expectations.tokens import trained_flags
from tunesmith.models.descriptor import Descriptor
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.models.tokenizer import load_tokenizer
from tunesmith.rows import Row


@pytest.fixture(scope="module")
def base(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("described")
    resolve(BaseParams(model=str(tiny_base))).write(folder)
    return folder


def run(base: Path, rows: list[Row], check: dict[str, Any]) -> Finding:
    params = ValidateParams.model_validate({"expectations": [check]})
    evidence = evidence_of(rows, base=base)
    (finding,) = evaluate(list(params.expectations), evidence)
    return finding


def test_only_the_answer_and_its_end_are_trained(base: Path) -> None:
    flags = trained_flags(plain_chat(1, "1234", "abc"), load_tokenizer(base))
    # the tiny tokenizer has one token a byte: <u>1234<a> is read, abc</s> is trained
    assert flags == [False] * 6 + [True] * 4


def test_every_token_of_a_text_is_trained_and_a_label_counts_in_full(base: Path) -> None:
    tokenizer = load_tokenizer(base)
    text = {**plain_chat(1, "", ""), "prompt": None, "completion": None, "task": "text"}
    assert trained_flags({**text, "text": "abc"}, tokenizer) == [True] * 4
    assert trained_flags(plain_label(1, "abc", "x"), tokenizer) == [True] * 3
    assert trained_flags(plain_label(1, "abc", None), tokenizer) == [False] * 3


def test_a_row_whose_answer_is_cut_off_has_no_trained_token(base: Path) -> None:
    rows = [plain_chat(1, "short", "yes"), plain_chat(2, "long" * 20, "yes")]
    assert run(base, rows, {"kind": "trained_tokens"}).status == "passed"
    finding = run(base, rows, {"kind": "trained_tokens", "max_length": 40})
    assert [item.id for item in finding.failing] == ["row-2"]
    assert finding.failing[0].reason == "0 trained tokens within 40 tokens, at least 1"


def test_a_row_that_is_too_long_is_named_with_its_length(base: Path) -> None:
    rows = [plain_chat(1, "12345", "12"), plain_chat(2, "123456", "12")]
    finding = run(base, rows, {"kind": "length_tokens", "at_most": 10})
    assert [(item.id, item.reason) for item in finding.failing] == [
        ("row-2", "11 tokens, at most 10")
    ]


def test_a_template_that_refuses_a_row_cannot_be_evaluated(base: Path, tmp_path: Path) -> None:
    refusing = {"chat_template": "{{ raise_exception('no system') }}"}
    Descriptor.read(base).model_copy(update=refusing).write(tmp_path)
    finding = run(tmp_path, [plain_chat(1, "q", "a")], {"kind": "trained_tokens"})
    assert finding.status == "not_evaluated"
    assert "toy.jsonl:1" in finding.message
    assert "no system" in finding.message
