"""The fast ways give what the slow ways give."""

import re
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tunesmith.cleaners.rows_for_tests import chat, cleaned, done, labelled
from tunesmith.cleaners.base import TextedRows, with_texts
from tunesmith.cleaners.language import _looked_up, chances
from tunesmith.cleaners.pii import Pii
from tunesmith.cleaners.repair_text import UNUSUAL, RepairText, repaired
from tunesmith.cleaners.repetition import (
    RUN,
    Repetition,
    _long_run,
    repeated_lines,
    repeated_phrases,
    varied_each,
)
from tunesmith.cleaners.symbols import has_letters, sign_ratio
from tunesmith.rows import Row, all_text, map_texts, texts_of, to_json
from tunesmith.text import pii
from tunesmith.text.normalise import _TABLE, ARITHMETIC, folded, squeezed
from tunesmith.text.script import CODE, Scripts, script_language, script_languages, scripts
from tunesmith.text.widths import narrowed

MIXED = st.text(
    alphabet="ab Z9０Ａ -.,:;?!，。：？！（）“”’…—··_~|$<@\n\t订单，的々〇あ한ß²Ⅷé\u0301"
)
USUAL = st.text(alphabet="aZ9 ~\n\t中订，。！？；：、（）《》【】“”‘’…—·")
MANY = settings(max_examples=300, deadline=None)
ANY_JSON = st.recursive(
    st.text(max_size=3) | st.integers(), lambda inner: st.lists(inner, max_size=2), max_leaves=4
)
TURN = st.fixed_dictionaries(
    {"role": st.just("user"), "content": st.none() | st.text(max_size=4)},
    optional={
        "reasoning_content": st.text(max_size=3),
        "tool_calls": ANY_JSON.map(lambda value: to_json([{"function": {"arguments": value}}])),
    },
)
TURNS = st.none() | st.lists(TURN, max_size=2)
ROW = st.fixed_dictionaries(
    {
        **dict.fromkeys(("prompt", "completion", "messages", "chosen", "rejected"), TURNS),
        "text": st.none() | st.text(max_size=4),
        "completions": st.none() | st.lists(st.text(max_size=3), max_size=2),
        "tools": st.none() | ANY_JSON.map(lambda value: to_json([{"description": value}])),
    }
)


@MANY
@given(row=ROW)
def test_the_texts_of_a_row_are_those_that_a_change_meets(row: Row) -> None:
    met: list[str] = []

    def note(text: str) -> str:
        met.append(text)
        return text

    map_texts(row, note)
    assert texts_of(row) == met
    assert all_text(row) == "\n".join(filter(None, met))
    assert with_texts(row, str) is None


@MANY
@given(text=USUAL)
def test_usual_text_needs_no_repair(text: str) -> None:
    assert not UNUSUAL.search(text)
    assert narrowed(repaired(text)) == text
    assert RepairText().judge({**labelled(text, None)}) is None
    assert RepairText().suspects(TextedRows([labelled(text, None)])) == [False]


@MANY
@given(text=MIXED)
def test_normal_forms_are_those_of_the_long_way(text: str) -> None:
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    parts = ARITHMETIC.split(plain)
    parts[::3] = [part.translate(_TABLE) for part in parts[::3]]
    kept = "".join(part.strip() if i % 3 else part for i, part in enumerate(parts) if part)
    expected = " ".join(kept.split()) or " ".join(plain.split())
    assert folded(text) == expected
    assert squeezed(text) == expected.replace(" ", "")


def counted_one_by_one(text: str) -> Scripts:
    """Count as `scripts` does, a character at a time."""
    text = CODE.sub(" ", text)
    patterns = (
        "[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff々〇]",
        "[\u3040-\u30ff]",
        "[\uac00-\ud7af]",
    )
    han, kana, hangul = (len(re.findall(pattern, text)) for pattern in patterns)
    words = re.findall("[A-Za-z\u00c0-\u024f]+", text)
    rest = sum(map(str.isalpha, text)) - han - kana - hangul - sum(map(len, words))
    return Scripts(han, len(words), max(rest, 0), kana, hangul)


@MANY
@given(text=MIXED | st.text(alphabet="aé×中々〇あー・한яΩ1²_ ", max_size=8))
def test_scripts_are_counted_as_one_by_one(text: str) -> None:
    assert scripts(text) == counted_one_by_one(text)


@settings(deadline=None, max_examples=300)  # a table of characters is made at the first use
@given(
    texts=st.lists(MIXED | st.text(alphabet="aZ中々〇Ａ〸。@<:/ htps\n", max_size=9), max_size=5)
)
def test_scripts_of_many_texts_are_those_of_each(texts: list[str]) -> None:
    assert list(script_languages(texts)) == list(map(script_language, texts))


@MANY
@given(text=st.text(alphabet="ab1 @.<_>/:X", max_size=12))
def test_plain_letters_are_english_as_the_count_says(text: str) -> None:
    assert script_language(text) == ("en" if counted_one_by_one(text).latin else "und")


@MANY
@given(
    piece=st.text(alphabet="ab 好\n", max_size=14), times=st.integers(1, 12), most=st.floats(0.1, 1)
)
def test_repetition_is_never_overlooked(piece: str, times: int, most: float) -> None:
    text = piece * times + "x"
    if varied_each(["abc" * 9, text, "x"], most)[1]:
        assert repeated_phrases(text) <= most
    found = RUN.search(text)
    if found and 2 * len(found[0]) > len(text):
        assert _long_run(text)


def test_what_repeats_is_still_found() -> None:
    assert varied_each(["Yes, of course, we can. " * 9, "abc", ""], 0.7) == [False, True, True]
    assert _long_run("x" + "哈" * 30)
    assert repeated_lines("one line of text") == 0
    assert done(cleaned(Repetition(), chat("Hi", "好" * 120))) == [
        ("drop", "one character repeated")
    ]


@MANY
@given(text=st.text(alphabet="a1中 .-_！\n", max_size=30), ratio=st.floats(0, 1))
def test_a_text_with_letters_has_few_signs(text: str, ratio: float) -> None:
    if has_letters(text, ratio):
        assert sign_ratio(text) <= 1 - ratio + 1e-9


PIECES = st.sampled_from(
    [
        *("a@b.com", "13800138123", "+4915123456789", "4111111111111111", "8.8.8.8", "E12345678"),
        *("GB82WEST12345698765432", "11010119900307793X", "123-45-6789", "2001:db8:1:2:3:4:5:6"),
        *(
            "sk-abcdefghijklmnopqrstuvwx",
            "ghp_" + "a1" * 18,
            "AKIAABCDEFGHIJKLMNOP",
            "护照",
            "call ",
        ),
        *(
            "passport ",
            "(212) 555-0100",
            "010-62345678",
            "1.2",
            " ",
            "订单",
            "word ",
            "2024",
            ":a",
            "\n",
        ),
    ]
)


@MANY
@given(
    pieces=st.lists(PIECES, max_size=5),
    phones=st.sampled_from(["valid", "possible"]),
    regions=st.sampled_from([pii.REGIONS, ("GB", "DE", "IT")]),
)
def test_kinds_that_are_not_searched_are_not_there(
    pieces: list[str], phones: Any, regions: tuple[str, ...]
) -> None:
    text = "".join(pieces)
    fast = pii.find_pii(text, phones=phones, regions=regions)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pii, "may_hold_pii", lambda *_: True)
        patch.setattr(pii, "_fitting", lambda _: set(pii.KINDS))
        assert pii.find_pii(text, phones=phones, regions=regions) == fast


def test_an_address_that_is_escaped_in_the_other_columns_is_masked() -> None:
    row = chat("Hi", "Hello", meta='{"contact": "a\\u0040b.com"}')
    assert cleaned(Pii(), row).kept["meta"][0] == '{"contact": "<EMAIL>"}'


def test_other_columns_in_any_order_are_no_personal_data() -> None:
    assert done(cleaned(Pii(), chat("Year 2024", "ok", meta='{"b": 1, "a": 2}'))) == []


@pytest.mark.parametrize(
    "start", ["sk-", "ghu_", "rk_live_", "glpat-", "npm_", "github_pat_", "hf_", "AIza", "xoxs-"]
)
def test_every_mark_of_a_key_lets_its_pattern_search(start: str) -> None:
    length = 35 if start == "AIza" else 36
    assert [found.kind for found in pii.find_pii(start + "aB1" * 11 + "xyz"[: length - 33])] == [
        "secret"
    ]


LATIN = st.text(alphabet="abz ZéöşßĲ -.,:;?!'’_|/@#1234567\t\n()", max_size=14)
ENDS = st.sampled_from(["", " the dog is 3", " der Hund läuft", " l'eau d'été, x2"])


@settings(max_examples=150, deadline=None)  # the first text loads lingua
@given(text=LATIN, end=ENDS, times=st.sampled_from([1, 1, 1, 12]), quick=st.booleans())
def test_a_guess_that_is_remembered_is_what_the_detector_says(
    text: str, end: str, times: int, quick: bool
) -> None:
    text = (text + end) * times
    assert chances(text, quick) == pytest.approx(_looked_up(text, quick), abs=1e-9)
