import re

import numpy as np
import pytest

from tunesmith.improve.history import history
from tunesmith.improve.ledger import Round
from tunesmith.improve.proof import prove
from tunesmith.report.rounds_page import rounds_page

WEAK = np.arange(120) < 40


def made(number, right, **more):
    """A round after which so many of the 40 weak rows are right; before it none was."""
    before = np.where(WEAK, 0.0, 1.0)
    after = np.where(np.arange(120) < right, 1.0, before)
    proof = prove(before, after, WEAK, {"lang=<zh>": ~WEAK}, 0.005, seed=0)
    return Round(
        number=number, action="data", why="rows for <b>refunds</b>", targets=("meta.intent=退款",),
        added={"meta.intent=退款": {"mine": 30}}, test_set="a", look=number, metric="exact_match",
        validation_before=0.6, validation_after=0.8, proof=proof.as_dict(), kept=proof.kept,
        gate="HOLD", **{"train_seconds": 30.0, **more},
    )  # fmt: skip


@pytest.fixture
def rounds():
    return [made(1, 30), made(2, 1)]


def page(rounds):
    return rounds_page("Demo", rounds, 0.05, 10)


def test_it_says_what_was_kept_and_what_was_rolled_back(rounds):
    text = page(rounds)
    assert "1 of 2" in text
    assert "<strong>kept</strong>" in text
    assert "<strong>rolled back</strong>" in text
    assert "30 rows (30 mine) for meta.intent=退款" in text


def test_it_says_how_many_looks_were_paid_for(rounds):
    assert "2 of 10" in page(rounds)
    assert "0.01 of alpha 0.05 spent" in page(rounds)


def test_a_round_that_was_rolled_back_is_a_hollow_point_off_the_line(rounds):
    text = page(rounds)
    assert text.count('class="dot back"') == 2, "all rows, and lang=<zh>"
    assert "round 2 0.675 (rolled back)" in text


def test_what_each_round_added_and_took_is_drawn(rounds):
    text = page(rounds)
    assert 'aria-label="rows added: round 1 30, round 2 30 (rolled back)"' in text
    assert 'aria-label="seconds of training: round 1 30, round 2 30 (rolled back)"' in text
    assert "money:" not in text, "nothing was paid"
    assert text.count('class="round kept"') == text.count('class="round back"') == 2
    text = page([made(1, 30), made(2, 1, train_seconds=15.0)])
    heights = re.findall(r'class="round \w+" [^>]* height="([\d.]+)"', text)
    tall, half = map(float, heights[2:])
    assert half == pytest.approx(tall / 2, abs=0.1)


def test_everything_is_escaped(rounds):
    text = page(rounds)
    assert "<b>refunds</b>" not in text
    assert "&lt;zh&gt;" in text
    assert "<script" not in text


def test_the_same_rounds_give_the_same_bytes(rounds):
    assert page(rounds) == page(rounds)


def test_the_plot_has_a_line_for_each_part_of_each_round(rounds):
    lines = history(rounds).splitlines()
    assert len(lines) == 1 + 2 * 4
    assert lines[1].startswith("1,target,0.75,")
