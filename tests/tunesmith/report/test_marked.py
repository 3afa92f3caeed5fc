"""Marks: what differs, in words or characters, and nothing else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from tunesmith.report.changed_tokens import MOST_PAIRS
from tunesmith.report.marked import marked

SPOKEN = re.compile(r'<span class="sr">.*?</span>')


def seen(text: Markup) -> str:
    """Return marked text as it looks."""
    return SPOKEN.sub("", text)


@pytest.mark.parametrize(
    ("reference", "answer", "missing", "only"),
    [
        (
            "Order 17 is on its way to Ann.",
            "Order 18 is on its way to Ann.",
            "Order <del>17</del> is on its way to Ann.",
            "Order <ins>18</ins> is on its way to Ann.",
        ),
        (
            "订单17已经寄到北京。",
            "订单17已经寄到南京。",
            "订单17已经寄到<del>北</del>京。",
            "订单17已经寄到<ins>南</ins>京。",
        ),
        ("a b c d x y", "a b c d v w", "a b c d <del>x y</del>", "a b c d <ins>v w</ins>"),
        ("the same", "the same", "the same", "the same"),
        ("wholly different", "就是不一样", "wholly different", "就是不一样"),
        ("", "more", "", "more"),
    ],
    ids=["English words", "Chinese characters", "a space between", "no", "too much", "nothing"],
)
def test_only_what_differs_is_marked(reference: str, answer: str, missing: str, only: str) -> None:
    assert tuple(map(seen, marked(reference, answer))) == (missing, only)


def test_a_screen_reader_hears_what_is_marked_and_where_it_ends() -> None:
    missing, only = marked("in five days", "in three days")
    assert '<span class="sr">[missing] </span>five<span class="sr"> [end]</span>' in missing
    assert '<span class="sr">[only here] </span>three<span class="sr"> [end]</span>' in only


@given(st.text(alphabet="ab <>&\"'\n订单。", max_size=30), st.text(max_size=30))
def test_no_text_is_lost_and_none_is_markup(reference: str, answer: str) -> None:
    for text, found in zip((reference, answer), marked(reference, answer), strict=True):
        plain = re.sub(r"</?(ins|del)>", "", seen(found))
        assert Markup(plain).unescape() == text
        assert plain == Markup.escape(text)


def test_texts_are_marked_up_to_250_english_words_or_500_chinese_characters() -> None:
    for word, most in (("ab ", 250), ("订", 500)):
        text = word * (most - 1)
        assert "<ins>" in marked(text, text[:-1] + "x")[1]
        assert "<ins>" not in marked(text + 2 * word, text + word + "x")[1]


def test_what_lies_beyond_the_cut_is_compared_and_not_shown() -> None:
    text = "one two three four five six seven"
    missing, only = marked(text, f"first {text}", most=15)
    assert seen(missing) == "one two three f … (+18 characters)"
    assert seen(only) == "<ins>first </ins>one two t … (+24 characters)"


def test_texts_that_take_too_long_to_compare_are_left_unmarked() -> None:
    long = "ab " * int(MOST_PAIRS**0.5)
    assert marked(long, long + "x", most=2 * len(long)) == (long, long + "x")
