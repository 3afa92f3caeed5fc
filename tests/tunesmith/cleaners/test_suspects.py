"""Rows that no look suspects are rows that nobody has a word about; batches change nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.mixed_rows import FLAWS, made_rows
from tests.tunesmith.cleaners.rows_for_tests import chat, frame, labelled
from tunesmith.cleaners import CleanParams, run
from tunesmith.cleaners.base import RowCleaner, TextedRows, whole_text
from tunesmith.cleaners.boilerplate import Boilerplate
from tunesmith.cleaners.exact_duplicates import keys_of
from tunesmith.cleaners.length import Length
from tunesmith.cleaners.pii import Pii
from tunesmith.cleaners.repair_text import RepairText
from tunesmith.cleaners.repetition import Repetition
from tunesmith.cleaners.strip_html import StripHtml
from tunesmith.cleaners.symbols import Symbols
from tunesmith.rows import Row, to_frame, to_rows
from tunesmith.text.folding import folded_each
from tunesmith.text.normalise import folded, squeezed
from tunesmith.text.numbers import all_numbers, numbers
from tunesmith.text.script import script_language, script_languages

STEPS: tuple[RowCleaner, ...] = (
    RepairText(),
    StripHtml(),
    Boilerplate(),
    Length(),
    Repetition(min_chars=5),
    Symbols(min_chars=5),
    Pii(),
)
PIECES = st.sampled_from(
    [
        *("<p>", "</p>", "&amp;", "\x00", "Ａ", "â\x80\x9c", "e\u0301", "“", "好", "好" * 30, "\n"),
        *("all rights reserved\n", "first line\n", "!?*", "word ", "the same words again ", " "),
        *("a@b.com", "13800138123", "call 2024", "GB82WEST12345698765432", "8.8.8.8", "sk-"),
        *("2001:db8:1:2:3:4:5:6", "(212) 555-0100", "passport E12345678", "11010119900307793X"),
    ]
)
TEXTS = st.lists(PIECES, max_size=8).map("".join)


@settings(max_examples=300, deadline=None)
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.kind)
@given(text=TEXTS, answer=TEXTS)
def test_rows_that_are_not_suspected_need_no_judge(
    step: RowCleaner, text: str, answer: str
) -> None:
    rows = [chat(text, answer, meta={"also": text}), labelled(answer, "x")]
    assert step.verdicts(rows, 0) == [step.judge(row) for row in rows]


def test_rows_in_batches_become_what_rows_at_once_do(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["<p>a@b.com is mine</p>", "", "好" * 120, "a fine answer", "Ａ１ &amp; b"]
    rows = frame(*(chat(f"Question {k}", text) for k, text in enumerate(texts * 2)))
    left, decisions = to_rows(rows), []
    for step in STEPS:
        left, acted = run.apply_step(left, step, 0)
        decisions += acted
    monkeypatch.setattr(run, "BATCH_ROWS", 3)
    assert run.apply_row_steps(to_rows(rows), STEPS, 0) == (left, decisions)
    assert {one["action"] for one in decisions} == {"drop", "rewrite"}


def test_texts_follow_the_rows_that_a_step_leaves() -> None:
    rows = TextedRows(to_rows(frame(chat("Hi", ""), chat("Hi", "<p>x</p>"), chat("Hi", "y"))))
    for step in STEPS:
        left, _ = run.apply_step(rows, step, 0)
        assert isinstance(left, TextedRows)
        assert left.texts == [whole_text(row) for row in left]
        rows = left
    assert rows.texts == ["Hi\nx", "Hi\ny"]


ROW_STEPS = [step for step in CleanParams.read("clean").steps if isinstance(step, RowCleaner)]


def planted(flaw: str) -> list[Row]:
    """Return a hundred made rows of all kinds, each question and text with one flaw."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("benchmarks.mixed_rows.FLAWS", {flaw: FLAWS[flaw]})
        patch.setattr("benchmarks.mixed_rows.FLAWED", 1.0)
        return to_rows(to_frame(made_rows(100, seed=1)))


@pytest.mark.parametrize("flaw", FLAWS)
def test_the_fast_way_is_the_plain_way_on_every_planted_flaw(flaw: str) -> None:
    rows = planted(flaw)
    for step in ROW_STEPS:
        assert step.verdicts(rows, 0) == [step.judge(row) for row in rows], step.kind
    texts = [whole_text(row) for row in rows]
    assert list(folded_each(texts)) == list(map(folded, texts))
    assert all_numbers(texts) == list(map(numbers, texts))
    assert list(script_languages(texts)) == list(map(script_language, texts))
    plain = [row for row in rows if row["task"] == "text"]
    keys = [key[-1] for key in keys_of(plain)]
    assert keys == [squeezed(row["text"]) for row in plain]


def test_some_step_has_a_word_about_every_planted_flaw() -> None:
    silent = {
        flaw
        for flaw in FLAWS
        if not any(any(step.verdicts(planted(flaw), 0)) for step in ROW_STEPS)
    }
    assert silent == set()
