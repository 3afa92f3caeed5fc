"""Which differences carry a fact."""

import pytest

from tunesmith.text.differences import says_the_same


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
