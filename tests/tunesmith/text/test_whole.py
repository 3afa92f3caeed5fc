"""A phrase is found as whole words and whole numbers, in English and Chinese."""

import re

import pytest

from tunesmith.text.whole import whole


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("12", "12"),
        ("12", "订单12已发货"),
        ("12", "a bag of 12kg"),
        ("12", "12,13"),
        ("13", "12,13"),
        ("12", "12. Then"),
        ("-12", "it is -12"),
        ("café", "the café,"),
        ("取消", "已取消订单"),
        ("三点", "星期三三点"),
        ("周三", "周三十点开门"),
        ("一起", "周一一起去"),
        ("十二", "第十二个"),
        ("十点", "周二十点开门"),
        ("十天", "这十天"),
    ],
)
def test_a_whole_phrase_is_found(phrase: str, text: str) -> None:
    assert re.search(whole(phrase), text)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("12", "512"),
        ("12", "12.5"),
        ("5", "12.5"),
        ("12", "12,000"),
        ("000", "12,000"),
        ("12", "12:30"),
        ("12", "-12"),
        ("12", "it is -12"),
        ("12", "A12"),
        ("12", "12万"),
        ("-12", "5-12"),
        ("cancel", "cancelled"),
        ("caf", "café"),
        ("cafe", "cafe\u0301"),
        ("eleve", "élève"),
        ("十二", "二十二"),
        ("二十", "二十二"),
        ("三天", "十三天"),
        ("一天", "二十一天"),
        ("十天", "二十天"),
        ("十分", "三十分钟"),
    ],
)
def test_a_part_of_a_word_or_number_is_not(phrase: str, text: str) -> None:
    assert not re.search(whole(phrase), text)
