"""Texts folded together against texts folded one by one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunesmith.text.code_points import CHUNK_TEXTS, PLAIN
from tunesmith.text.folding import folded_each, squeezed_each
from tunesmith.text.normalise import folded, squeezed

TRICKY = "aA1 2-.,:^*/−–(（\n\t\x00\x1f~|#%@_'+，。：１－／Ａ　〸一É\u0301ｶﾞ가😀\ud800<=`"


@settings(deadline=None)  # a table of characters is made at the first use
@given(st.lists(st.text(alphabet=TRICKY, max_size=12) | st.text(max_size=20), max_size=9))
def test_each_text_is_folded_as_alone(texts: list[str]) -> None:
    assert list(folded_each(texts)) == list(map(folded, texts))
    assert list(squeezed_each(texts)) == list(map(squeezed, texts))


@pytest.mark.parametrize("form", ["{}", "a{}b", "1{}2", "3 {} 4", "中{}1"])
def test_each_character_is_folded_as_alone(form: str) -> None:
    texts = [form.format(chr(code)) for some in PLAIN for code in some]
    assert len(texts) > 4 * CHUNK_TEXTS
    assert list(folded_each(texts)) == list(map(folded, texts))


@settings(deadline=None, max_examples=400)
@given(st.lists(st.text(alphabet="12a -－.,:(（\n”…", max_size=9), max_size=9))
def test_signs_beside_figures_stay_as_alone(texts: list[str]) -> None:
    assert list(folded_each(texts)) == list(map(folded, texts))


def test_no_text_is_no_form() -> None:
    assert list(folded_each([])) == []


@pytest.mark.parametrize("gap", [" " * 5, " " * 40, "\n \t" * 9])
def test_figures_are_joined_over_any_gap(gap: str) -> None:
    texts = ["a", f"1{gap}-{gap}2", f"{gap}-3", f"-{gap}", f"{gap}4", f"x{gap}.{gap}5"]
    assert list(folded_each(texts)) == list(map(folded, texts))
    assert next(folded_each(texts[1:])) == "1-2"
