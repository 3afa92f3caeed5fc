"""Names, formats and refusals of answers."""

import pytest

from tunesmith.text.formats import breaks_format, is_list, parsed_json
from tunesmith.text.names import names
from tunesmith.text.refusals import refuses


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Please send it to York, says Anna.", {"york", "anna"}),
        ("The order goes out. It is late. I know.", set()),
        ("NASA and the BBC agree.", {"nasa", "bbc"}),
        ("Code XIN20 for A4 paper.", {"xin20", "a4"}),
        ("请读《红楼梦》和“云雀”。", {"红楼梦", "云雀"}),
        ("five days, 30% off", set()),
    ],
)
def test_names_are_told_by_their_writing(text: str, expected: set[str]) -> None:
    assert names(text) == expected


def test_a_format_is_kept_or_broken() -> None:
    assert not breaks_format('{"b": 1, "a": 2}', '{"a": 5}')
    assert breaks_format('["a"]', '{"a": 5}')
    assert breaks_format("```\nx = 1", "```\nx = 1\n```")
    assert not breaks_format("```py\ny\n```", "```\nx = 1\n```")
    assert not breaks_format("anything", "a plain sentence")
    assert is_list("1、付款\n2、发货")
    assert not is_list("1. only one")
    assert parsed_json("[" * 100_000) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I’m sorry, but I cannot help with that.", True),
        ("As an AI model, I have no opinion.", True),
        ("I can't assist with this request.", True),
        ("作为一个人工智能，我没有感受。", True),
        ("很抱歉，我无法提供这些信息。", True),
        ("Sorry for the wait, your order is sent.", False),
        ("抱歉让您久等，订单已发货。", False),
        ("x" * 300 + "I can't help", False),
    ],
)
def test_a_refusal_opens_the_answer(text: str, expected: bool) -> None:
    assert refuses(text) is expected
