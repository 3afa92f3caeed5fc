"""Which differences carry a fact."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunesmith.text.differences import COURTESY, WORD, same_facts, says_the_same, words

PIECES = [
    *(
        "hello",
        "hi",
        "Hi",
        "this",
        " ",
        "thank you",
        "thanks",
        "'",
        "’",
        "ＨＩ",
        "ａ",
        "A",
        "é",
        "3",
    ),
    *(
        "您",
        "好",
        "请",
        "问",
        "急",
        "诊",
        "感",
        "谢",
        "、",
        "〇",
        "々",
        "が",
        "か\u3099",
        "ｶ",
        "한",
        "_",
        "-",
    ),
]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Where is my order 4821?", "Hello, where is my order 4821? Thanks!"),
        ("订单4821到哪了？", "您好，订单4821到哪了？谢谢！"),
        ("Please refund my purchase", "Please refund my purchse"),
        ("I want a refund", "I want a refund now"),
        ("我想退款", "我想退款呢"),
        ("WHERE IS IT", "where is it?"),
    ],
)
def test_courtesies_slips_and_added_words_carry_none(left: str, right: str) -> None:
    assert says_the_same(left, right)
    assert says_the_same(right, left)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("order 4821 for Anna", "order 4821 for Ben"),
        ("order 4821 for Anna", "order 4821 for Anne"),
        ("order 4821", "order 4822"),
        ("three days", "five days"),
        ("三天能到", "五天能到"),
        ("北京店几点开门", "南京店几点开门"),
        ("好看", "不好看"),
        ("It does work", "It doesn't work"),
        ("I can pay", "I cannot pay"),
        ("size S please", "size M please"),
        ("from Paris to London", "from London to Paris"),
        ("从北京到上海", "从上海到北京"),
        ("急诊几点开始挂号", "门诊几点开始挂号"),
        ("申请退款要多久", "申报退款要多久"),
    ],
)
def test_numbers_names_negations_and_order_carry_one(left: str, right: str) -> None:
    assert not says_the_same(left, right)
    assert not says_the_same(right, left)


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.characters(), max_size=9).map("".join))
def test_words_found_the_quick_way_are_those_of_the_pattern(text: str) -> None:
    plain = COURTESY.sub(" ", unicodedata.normalize("NFKC", text).casefold())
    assert words(text) == tuple(WORD.findall(plain))


def test_of_long_texts_only_the_numbers_must_agree() -> None:
    long = "every word of this long text says something " * 20
    assert same_facts(f"{long} for Anna 12", f"{long} for Ben 12")
    assert not same_facts(f"{long} for Anna 12", f"{long} for Anna 13")
    assert not same_facts("for Anna 12", "for Ben 12")
