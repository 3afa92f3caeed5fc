"""Intervals of quantiles hold them as often as they say."""

import math

import numpy as np
import pytest

from tunesmith.stats.quantile import fewest_for_upper, quantile_interval


def test_the_median_of_sixteen_lies_between_the_fourth_and_the_thirteenth() -> None:
    """As in tables of the sign test: n = 16 at 95 %."""
    assert quantile_interval(range(16, 0, -1), 0.5, 0.95) == (4, 13)


def test_few_values_have_no_bound_for_what_lies_beyond_them() -> None:
    assert quantile_interval([3.0], 0.5, 0.95) == (-math.inf, math.inf)
    low, high = quantile_interval(range(1, 17), 0.95, 0.95)
    assert (low, high) == (13, math.inf)


@pytest.mark.parametrize(
    ("share", "confidence", "n"), [(0.95, 0.95, 72), (0.5, 0.95, 6), (0.95, 0.9, 59)]
)
def test_the_fewest_values_with_an_upper_end_are_told(
    share: float, confidence: float, n: int
) -> None:
    assert fewest_for_upper(share, confidence) == n
    assert quantile_interval(range(n), share, confidence)[1] == n - 1
    assert quantile_interval(range(n - 1), share, confidence)[1] == math.inf


def test_thousands_of_values_have_an_interval_too() -> None:
    low, high = quantile_interval(range(1, 10_001), 0.5, 0.95)
    assert (low, high) == (4902, 5099)  # 5,000 ± 1.96 · 50


@pytest.mark.parametrize("share", [0.5, 0.95])
def test_the_interval_holds_the_quantile_of_skewed_values_at_least_as_often_as_it_says(
    share: float,
) -> None:
    rng = np.random.default_rng(0)
    true = -math.log(1 - share)
    held = 0
    for _ in range(2000):
        low, high = quantile_interval(rng.exponential(size=80).tolist(), share, 0.95)
        held += low <= true <= high
    assert 0.945 <= held / 2000 <= 0.99
