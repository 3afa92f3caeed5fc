"""What negates, in both languages."""

import pytest

from tunesmith.text.negation import is_negator, negates, negations


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I do not want it", True),
        ("it isn't here", True),
        ("it does n't work , they ca n't say", True),
        ("It isn’t here", True),
        ("Never mind", True),
        ("a knot in the notebook, nothing", True),
        ("a knot in the notebook", False),
        ("我不想要了", True),
        ("还没有收到", True),
        ("别寄了", True),
        ("并非如此", True),
        ("选择非会员价", True),
        ("非常好，去南非", False),
        ("i dont want it", True),
        ("你是不是想退款", False),
        ("有没有货", False),
        ("可不可以退", False),
        ("能不能不寄", True),
        ("特别好，不错，未来可期，非常满意", False),
        ("无论如何都要", False),
        ("", False),
    ],
)
def test_negation_is_told_from_words_that_look_like_it(text: str, expected: bool) -> None:
    assert negates(text) is expected


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("I don't want it, never", 2),
        ("notable knots", 0),
        ("我不想要，也没有收到", 2),
        ("非常特别，是否不同", 0),
        ("别墅很好，别去", 1),
        ("无法使用", 1),
        ("it does n't work, i dont know", 2),
        ("all except Ann, unless late", 2),
        ("除非下雨，除了周一", 2),
        ("能不能退", 0),
        ("不能退", 1),
    ],
)
def test_negations_are_counted_in_both_languages(text: str, count: int) -> None:
    assert negations(text) == count


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("not", True),
        ("Don’t", True),
        ("dont", True),
        ("hardly", True),
        ("knot", False),
        ("不", True),
        ("非", True),
        ("没有", True),
        ("除非", True),
        ("不错", False),
        ("特别", False),
        ("台灯", False),
    ],
)
def test_a_word_alone_negates_or_not(word: str, expected: bool) -> None:
    assert is_negator(word) is expected
