"""Full-width letters become narrow, Chinese punctuation does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunesmith.text.widths import narrowed


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ("ＨＰ阳性，１２．５ｍｌ", "HP阳性，12.5ml"),
        ("（１）第一", "（1）第一"),
        ("时间１０：３０", "时间10:30"),
        ("电话１３８－００１３－８１２３。", "电话138-0013-8123。"),
    ],
)
def test_letters_and_figures_are_narrowed(wide: str, narrow: str) -> None:
    assert narrowed(wide) == narrow


@pytest.mark.parametrize("text", ["你好，世界！", "①②㎡²½ﬁ", "全角：（是）", "x＋y", "ｶﾀｶﾅ", "　"])
def test_punctuation_and_signs_stay(text: str) -> None:
    assert narrowed(text) == text


@given(st.text(alphabet="ＡｚＢ９０．：，。①²㎡aB1 好"))
def test_twice_is_once_and_the_length_stays(text: str) -> None:
    once = narrowed(text)
    assert narrowed(once) == once
    assert len(once) == len(text)
