"""Prices: what findings cost, in rows of full score, whatever the metric and the finding."""

import numpy as np
import pytest

from tunesmith.analysis.prices import error_price, full_score, slice_price
from tunesmith.analysis.weak_slices import weak_slices

RIGHT = (np.arange(400) % 10 > 0).astype(float)  # one row in ten is wrong


def test_a_group_of_errors_costs_what_the_rest_would_have_done_better() -> None:
    scores = RIGHT.copy()
    scores[:100] = 0.0  # a kind of error, beside 30 other wrong rows among 300
    price = error_price(100, 0.0, scores, 1.0)
    assert price == pytest.approx(0.9 * 83.0, abs=1.0)  # 0.9: of such rows the rest has right
    assert price < 0.9 * 100


def test_errors_that_score_no_less_than_the_rest_cost_nothing() -> None:
    assert error_price(40, 0.9, RIGHT, 1.0) == 0.0


def test_a_score_out_of_100_costs_the_same_as_out_of_1() -> None:
    assert full_score(100.0, 100 * RIGHT) == 100.0
    assert error_price(40, 20.0, 100 * RIGHT, 100.0) == pytest.approx(
        error_price(40, 0.2, RIGHT, 1.0)
    )
    masks = {"half": {"yes": np.arange(400) < 200}}
    scores = RIGHT - 0.4 * masks["half"]["yes"]
    one = weak_slices(scores, masks, 200, 0.05, 0)
    hundred = weak_slices(100 * scores, masks, 200, 0.05, 0, full=100.0)
    assert hundred["impact"].tolist() == pytest.approx(one["impact"].tolist())
    assert hundred["low"].tolist() == pytest.approx((100 * one["low"]).tolist())


def test_of_a_metric_without_an_end_the_best_row_is_full_score_and_the_worst_none() -> None:
    assert full_score(None, np.array([-40.0, -2.0, -10.0])) == 38.0
    assert full_score(None, np.full(3, -2.0)) == 1.0


def test_when_every_row_is_an_error_of_one_kind_each_lacks_a_full_score() -> None:
    assert 30 < error_price(40, 0.0, np.zeros(40), 1.0) <= 40


def test_a_slice_that_may_be_no_worse_costs_nothing() -> None:
    assert slice_price(-0.1, 50, 1.0) == 0.0
    assert slice_price(20.0, 50, 100.0) == 10.0
