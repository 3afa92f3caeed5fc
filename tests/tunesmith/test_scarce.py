"""A value is scarce if train has less than half of an even share of it."""

import json

import pytest

from tests.plain_rows import plain_chat
from tunesmith.rows import Row
from tunesmith.scarce import Scarce, scarce


def rows(**counts: int) -> list[Row]:
    intents = [intent for intent, count in counts.items() for _ in range(count)]
    return [
        plain_chat(str(number), "?", "!", meta=json.dumps({"intent": one}))
        for number, one in enumerate(intents)
    ]


TRAIN = rows(refund=2, order=20, stock=20)


def test_less_than_half_of_an_even_share_is_scarce() -> None:
    assert scarce("meta.intent=refund", TRAIN) == Scarce(rows=2, of=42)
    assert scarce("meta.intent=refund", rows(refund=7, order=17, stock=18)) is None, "half of 14"


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("meta.intent=order", id="there are many"),
        pytest.param("meta.intent=warranty", id="no train row has it: a typing error, or unknown"),
        pytest.param("meta.topic=refund", id="no train row has the field"),
        pytest.param('prompt has "refund"', id="not of a field"),
        pytest.param("meta.intent=refund and length=short", id="two at once"),
        pytest.param("length=short", id="not a field that rows are dealt out by"),
    ],
)
def test_nothing_else_is_scarce(name: str) -> None:
    assert scarce(name, TRAIN) is None
