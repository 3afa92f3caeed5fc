"""Rows that no look suspects are rows that nobody has a word about; batches change nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tunesmith.cleaners.rows_for_tests import chat, frame, labelled
from tunesmith.cleaners import run
from tunesmith.cleaners.base import RowCleaner, TextedRows, whole_text
from tunesmith.cleaners.boilerplate import Boilerplate
from tunesmith.cleaners.length import Length
from tunesmith.cleaners.pii import Pii
from tunesmith.cleaners.repair_text import RepairText
from tunesmith.cleaners.repetition import Repetition
from tunesmith.cleaners.strip_html import StripHtml
from tunesmith.cleaners.symbols import Symbols
from tunesmith.rows import to_rows

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
