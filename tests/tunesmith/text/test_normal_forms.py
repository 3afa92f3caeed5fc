"""Scripts, normal forms and numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunesmith.text.normalise import folded, squeezed
from tunesmith.text.numbers import numbers
from tunesmith.text.script import script_language


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Where is my order?", "en"),
        ("我的订单到哪了？", "zh"),
        ("我的iPhone到哪了？", "zh"),
        ("请帮我check一下这个order的shipping status，谢谢", "mixed"),
        ("注文はどこですか、教えてください", "other"),
        ("주문은 어디에 있나요", "other"),
        ("Где мой заказ?", "other"),
        ("4821 ?!", "und"),
        ("", "und"),
        ("邮箱是 someone.with.a.long.name@example.com", "zh"),
    ],
)
def test_the_script_decides_the_language(text: str, lang: str) -> None:
    assert script_language(text) == lang


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("3-5", "35"),
        ("C++", "C"),
        ("C#", "C"),
        (":)", ":("),
        ("1.5", "15"),
        ("-5", "5"),
        ("好", "不好"),
    ],
)
def test_texts_that_mean_something_else_stay_apart(left: str, right: str) -> None:
    assert squeezed(left) != squeezed(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Hello, World!", "hello world"),
        ("订单４８２１", "订单 4821。"),
        ("3 - 5", "3-5"),
        ("zero\u200bwidth", "zerowidth"),
        ("好的~", "好的"),
    ],
)
def test_texts_that_read_the_same_are_equal(left: str, right: str) -> None:
    assert squeezed(left) == squeezed(right)


def test_the_vowel_signs_of_hindi_are_kept() -> None:
    assert squeezed("की") != squeezed("का")


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("order 4821 of 3.5 kg", ("4821", "3.5")),
        ("订单４８２１，三天", ("4821", "三")),
        ("查一下", ()),
        ("the one with two", ("two",)),
        ("code A4-17 saves 15%", ("a4-17", "15%")),
        ("often, weight", ()),
    ],
)
def test_numbers_are_found_in_both_languages(text: str, found: tuple[str, ...]) -> None:
    assert numbers(text) == found
