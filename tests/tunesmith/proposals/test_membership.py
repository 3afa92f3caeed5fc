"""Which rows belong to a slice is read off its name, as far as the rows can tell."""

from typing import Any

import pytest

from tests.plain_rows import plain_chat
from tunesmith.proposals.membership import membership
from tunesmith.rows import Row

REFUND = '{"topic": "refund", "note": "rock and roll"}'


def row(question: str = "我要退款", answer: str = "好", **more: Any) -> Row:
    return plain_chat(1, question, answer, **{"lang": "zh", "meta": REFUND, **more})


@pytest.mark.parametrize(
    ("name", "belongs"),
    [
        ("lang=zh", True),
        ("lang=en", False),
        ("lang=zh and meta.topic=refund", True),
        ("meta.topic=order", False),
        ("prompt_chars<=4", True),
        ("prompt_chars>=5", False),
        ("lang=zh and prompt_chars>=5", False),
        ("reference_chars<=1", True),
        ('prompt has "退款"', True),
        ('prompt has "订单"', False),
        ('lang=zh and prompt has "退款"', True),
        ("length=short", None),
        ("lang=zh and novelty=novel", None),
        ("lang=en and novelty=novel", False),
        ("meta.topic=(none)", None),
        ("meta.topic=never seen", None),
    ],
)
def test_a_row_belongs_does_not_or_cannot_tell(name: str, belongs: bool | None) -> None:
    known = [row(), row(lang="en", meta='{"topic": "order"}')]
    assert membership(name, known)(row()) is belongs


def test_a_row_without_the_field_cannot_tell() -> None:
    both = membership("lang=zh and meta.topic=refund", [row()])
    assert both(row(meta=None)) is None
    assert both(row(meta=None, lang="en")) is not True


def test_a_row_without_an_answer_cannot_tell_how_long_that_is() -> None:
    assert membership("reference_chars>=3", [])(row(completion=None)) is None


@pytest.mark.parametrize("text", ["I like rock and roll", "我要退款"])
def test_and_within_quotes_parts_nothing(text: str) -> None:
    held = membership('prompt has "rock and" and lang=zh', [row()])
    assert held(row(text)) is (text.startswith("I"))
