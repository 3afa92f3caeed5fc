"""The numbers of a text, found one text at a time and in many together."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunesmith.text.code_points import PLAIN
from tunesmith.text.numbers import all_numbers, numbers

PIECES = [
    *("one", "two", "twenty", "three", "TWO", "ten", "half", "3", "a4", "17-b4", "50%"),
    *(
        "一",
        "二",
        "十",
        "〸",
        "ＴＷＯ",
        "é",
        "²",
        "①",
        "_",
        "+",
        "$",
        "-",
        ".",
        "Ⅷ",
        "\u0301",
        "我",
    ),
]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Order 4821 costs 3.50 at 10:30", ("4821", "3.50", "10:30")),
        ("Twenty-two and half of it", ("twenty", "two", "half")),
        ("the one that someone weighed", ()),
        ("订单二十三，查一下", ("二十三",)),
        ("查一下", ()),
        ("４８２１号", ("4821",)),
        ("", ()),
    ],
)
def test_figures_and_number_words_count_in_both_scripts(text: str, found: tuple[str, ...]) -> None:
    assert numbers(text) == found
    assert all_numbers([text]) == [found]


@settings(deadline=None)  # a table of characters is made at the first use
@given(
    st.lists(
        st.lists(st.sampled_from([*PIECES, "", " ", "\n"])).map("".join) | st.text(), max_size=9
    )
)
def test_many_texts_have_the_numbers_of_each_alone(texts: list[str]) -> None:
    assert all_numbers(texts) == list(map(numbers, texts))


@pytest.mark.parametrize("form", ["{}", "a{}b", "一{}"])
def test_no_character_that_counts_is_overlooked(form: str) -> None:
    texts = [form.format(chr(code)) for some in PLAIN for code in some]
    assert all_numbers(texts) == list(map(numbers, texts))
