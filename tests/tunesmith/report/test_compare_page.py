"""Two models on one page: every difference is drawn, the deciding metric first."""

import re

import pytest

from tests.reporting import comparison
from tunesmith.report.compare_page import compare_page


@pytest.fixture
def found():
    return comparison()


def test_the_metric_of_the_gate_comes_first_and_the_others_are_closed(found):
    text = compare_page(found, "match")
    assert text.index('<h2 id="first">Match') < text.index("<summary>Loss (1 line)")
    assert '<h2 id="first">Loss' in compare_page(found, "no such metric")


def test_every_line_is_drawn_and_said(found):
    text = compare_page(found, "match")
    assert text.count('<svg class="track"') == 4
    assert 'aria-label="adapter@v0.2.0 against adapter@v0.1.0: −0.400 (−0.600 to −0.200)"' in text


def test_slices_of_one_metric_share_a_scale(found):
    reach = 1.1 * 0.6
    drawn = re.findall(r'class="interval \w+" x="([\d.]+)" y="4" width="([\d.]+)"', compare_page(
        found, "match"))  # fmt: skip
    overall, chinese = (tuple(map(float, one)) for one in drawn[:2])
    assert overall == pytest.approx((50 + 50 * 0.05 / reach, 50 * 0.1 / reach), abs=0.01)
    assert chinese == pytest.approx((50 - 50 * 0.6 / reach, 50 * 0.4 / reach), abs=0.01)


def test_more_of_what_should_be_low_is_worse(found):
    text = compare_page(found, "loss")
    assert '<span class="big worse-text">+0.200</span> test' in text


def test_a_set_whose_interval_holds_nothing_may_be_chance(found):
    text = compare_page(found, "match")
    assert '<span class="big better-text">+0.100</span> test' in text
    assert '<span class="big even-text">+0.010</span> retention:prose' in text
    assert "Match: may be chance" in text


def test_everything_is_escaped_and_nothing_comes_from_outside(found):
    text = compare_page(found, "match")
    assert "&lt;zh&gt;" in text
    assert "<zh>" not in text
    assert "<script" not in text
    assert "http://" not in text


def test_the_same_comparison_gives_the_same_bytes(found):
    assert compare_page(found, "match") == compare_page(found, "match")
