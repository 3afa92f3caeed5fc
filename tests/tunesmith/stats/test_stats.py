"""Intervals, paired tests and many tests at once."""

from collections.abc import Callable

import numpy as np
import pytest

from tunesmith.stats.mcnemar import mcnemar
from tunesmith.stats.multiple import benjamini_hochberg
from tunesmith.stats.paired import bootstrap_p, paired_difference, smallest_p, student_p
from tunesmith.stats.permutation import subset_p_values
from tunesmith.stats.resample import CELLS, bootstrap_totals
from tunesmith.stats.score import (
    LEVELS,
    Score,
    expanded_interval,
    proportion,
    score_from_draws,
    student_t,
)


def test_no_row_is_an_error_not_a_score() -> None:
    with pytest.raises(ValueError, match="no row"):
        bootstrap_totals([np.empty((0, 2))], 100, np.random.default_rng(0))
    with pytest.raises(ValueError, match="no row"):
        proportion(0, 0, 0.95)


def test_the_bootstrap_of_a_mean_has_the_closed_form_s_standard_error() -> None:
    values = np.random.default_rng(1).normal(size=400)
    [totals] = bootstrap_totals([values[:, None]], 4000, np.random.default_rng(0))
    expected = values.std() / np.sqrt(400)
    assert (totals[:, 0] / 400).std() == pytest.approx(expected, rel=0.05)
    assert (totals[:, 0] / 400).mean() == pytest.approx(values.mean(), abs=4 * expected / 60)


def test_few_distinct_rows_are_drawn_from_the_same_distribution_as_many() -> None:
    hits = (np.arange(900) < 270).astype(float)
    almost = hits + np.random.default_rng(0).normal(scale=1e-6, size=900)
    few, many = bootstrap_totals([hits[:, None], almost[:, None]], 4000, np.random.default_rng(0))
    assert (few == few.round()).all()
    assert few.std() == pytest.approx(many.std(), rel=0.05)
    assert few.mean() == pytest.approx(270, abs=1)


def test_rows_are_drawn_whole_so_that_columns_stay_paired() -> None:
    values = np.random.default_rng(0).normal(size=(50, 1))
    [totals] = bootstrap_totals([np.hstack([values, 2 * values])], 200, np.random.default_rng(0))
    np.testing.assert_allclose(totals[:, 1], 2 * totals[:, 0])


def test_tables_with_many_distinct_rows_see_the_same_draws() -> None:
    values = np.random.default_rng(0).normal(size=(500, 1))
    first, second = bootstrap_totals([values, values], 300, np.random.default_rng(0))
    np.testing.assert_array_equal(first, second)


def test_the_same_seed_gives_the_same_totals_also_in_several_chunks() -> None:
    values = np.random.default_rng(0).normal(size=(5000, 1))
    assert CELLS < 5000 * 1000
    once, again = (bootstrap_totals([values], 1000, np.random.default_rng(7))[0] for _ in range(2))
    np.testing.assert_array_equal(once, again)
    assert once.shape == (1000, 1)


def test_totals_do_not_depend_on_the_order_of_additions() -> None:
    values = np.random.default_rng(0).random((700, 3))
    both = [np.ascontiguousarray(values), np.asfortranarray(np.hstack([values, values]))]
    one, two = (bootstrap_totals([table], 200, np.random.default_rng(0))[0] for table in both)
    np.testing.assert_array_equal(one, two[:, :3])


def test_columns_that_are_mostly_0_have_the_totals_of_full_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(0)
    one_of_many = np.eye(30)[rng.integers(0, 30, 700)] * rng.normal(size=(700, 1))
    tables = [np.hstack([one_of_many, rng.random((700, 2))]), rng.random((700, 1)), -one_of_many]
    sparse = bootstrap_totals(tables, 200, np.random.default_rng(1))
    monkeypatch.setattr("tunesmith.stats.resample.SPARSE", 0)
    full = bootstrap_totals(tables, 200, np.random.default_rng(1))
    for one, other in zip(sparse, full, strict=True):
        np.testing.assert_array_equal(one, other)


def test_distinct_rows_differ_in_any_column_and_by_any_amount() -> None:
    rows = np.array([[0.0, 1.0], [1.0, 0.0], [-1.0, 0.0], [0.0, -0.0], [2.0**-30, 0.0]])
    [totals] = bootstrap_totals([np.repeat(rows, 40, axis=0)], 3000, np.random.default_rng(0))
    expected = 40 * rows.sum(axis=0)
    np.testing.assert_allclose(totals.mean(axis=0), expected, atol=0.5)
    rounded = np.round(totals, 6)
    assert len(np.unique(rounded, axis=0)) > 500  # each column moves on its own


def test_wilson_s_interval_is_the_published_one() -> None:
    score = proportion(8, 10, 0.95)  # Wilson 1927 by hand; scipy 1.17 proportion_ci gives the same
    assert (score.low, score.high) == pytest.approx((0.490162, 0.943318), abs=1e-6)


def test_all_right_is_not_certain() -> None:
    score = proportion(30, 30, 0.95)
    assert score.value == score.high == 1.0
    assert score.low == pytest.approx(0.8865, abs=1e-4)


def test_wilson_agrees_with_scipy() -> None:
    from scipy.stats import binomtest

    for hits, n in ((0, 7), (3, 40), (39, 40)):
        found = proportion(hits, n, 0.9)
        wanted = binomtest(hits, n).proportion_ci(0.9, method="wilson")
        assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high))


def test_the_interval_of_many_rows_bounds_the_middle_of_the_draws() -> None:
    score = score_from_draws(0.5, np.linspace(0, 1, 1001), 10**6, 0.9)
    assert (score.low, score.high) == pytest.approx((0.05, 0.95), abs=1e-5)


def test_the_interval_of_few_rows_is_as_much_wider_as_student_s_t() -> None:
    from scipy.stats import t

    draws = np.random.default_rng(0).normal(size=200_000)
    low, high = expanded_interval(draws, 0.95, 10)
    wanted = np.sqrt(10 / 9) * t.ppf(0.975, 9)
    assert (-low, high) == pytest.approx((wanted, wanted), rel=0.02)


def test_the_p_of_few_rows_is_student_s() -> None:
    from scipy.stats import t

    draws = np.random.default_rng(0).normal(size=200_000)
    draws *= np.sqrt(9 / 10) / draws.std(ddof=1)  # as 10 rows of spread 1 are drawn
    for difference in (0.5, 2.0, 3.0):
        wanted = 2 * t.sf(difference, 9)
        assert student_p(difference, draws, 10) == pytest.approx(wanted, rel=0.02)
    assert student_p(0.5, draws, 1) == 1.0
    assert student_p(0.0, np.zeros(9), 10) == 1.0


def test_one_row_has_the_whole_range_of_its_draws() -> None:
    assert expanded_interval(np.array([1.0, 2.0, 5.0]), 0.95, 1) == (1.0, 5.0)


@pytest.mark.parametrize(
    "make",
    [
        lambda level: proportion(8, 10, level),
        lambda level: score_from_draws(0.5, np.linspace(0, 1, 1001), 40, level),
    ],
)
def test_a_score_keeps_its_interval_at_every_level(make: Callable[[float], Score]) -> None:
    for level in LEVELS:
        own = make(level)
        assert own.intervals[str(level)] == (own.low, own.high)
        assert own.intervals == make(0.5).intervals


def test_quantiles_are_those_of_student_s_t() -> None:
    from scipy.stats import t

    for share, freedom in ((0.975, 4), (0.975, 10), (0.975, 49), (0.9, 7)):
        assert student_t(share, freedom) == pytest.approx(t.ppf(share, freedom), rel=0.01)


def test_mcnemar_agrees_with_the_exact_binomial_test() -> None:
    from scipy.stats import binomtest

    for first, second in ((0, 1), (3, 11), (11, 3), (40, 40), (120, 80)):
        assert mcnemar(first, second) == pytest.approx(binomtest(first, first + second, 0.5).pvalue)


def test_models_that_never_disagree_do_not_differ() -> None:
    assert mcnemar(0, 0) == 1.0


def test_mcnemar_survives_more_disagreements_than_a_float_has_bits() -> None:
    assert 0 <= mcnemar(1, 5000) < 1e-300
    assert mcnemar(2500, 2500) == 1.0


def test_q_values_agree_with_scipy_in_any_order() -> None:
    from scipy.stats import false_discovery_control

    p = np.array([0.03, 0.001, 0.5, 0.04, 0.04, 1.0])
    np.testing.assert_allclose(benjamini_hochberg(p), false_discovery_control(p))


def test_no_test_gives_no_q_value() -> None:
    assert len(benjamini_hochberg(np.array([]))) == 0


def test_a_clear_difference_has_an_interval_above_zero_at_every_level() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.normal(1, 0.1, 2000), rng.normal(0, 0.1, 2000)
    found = paired_difference(1.0, 0.0, first, second, 50, 0.95)
    assert found.value == 1.0
    assert found.intervals["0.99"][0] < found.intervals["0.8"][0]
    assert found.intervals["0.99"][0] > 0
    assert (found.low, found.high) == found.intervals["0.95"]
    assert 0 < found.p < 0.01


@pytest.mark.parametrize(("n", "least"), [(1, 1.0), (2, 0.5), (4, 0.125), (6, 0.03125)])
def test_few_rows_that_do_not_vary_are_no_certainty(n: int, least: float) -> None:
    found = paired_difference(1.0, 0.0, np.ones(1000), np.zeros(1000), n, 0.95)
    assert found.p == least


def test_the_smallest_p_of_many_rows_is_no_bound() -> None:
    assert smallest_p(0) == smallest_p(1) == 1.0
    assert smallest_p(10_000) == 0.0


def test_equal_models_have_p_one() -> None:
    assert bootstrap_p(np.zeros(100)) == 1.0


def test_a_planted_subset_is_found_and_a_random_one_is_not() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=300)
    values[:40] -= 1.5
    sizes, means = [40, 60], [values[:40].mean(), values[100:160].mean()]
    planted, other = subset_p_values(values, sizes, means, 1000, seed=0)
    assert planted == pytest.approx(1 / 1001)
    assert other > 0.05


def test_a_permutation_p_value_is_never_zero_and_the_whole_set_is_no_finding() -> None:
    values = np.arange(20.0)
    assert subset_p_values(values, [20], [values.mean()], 200, seed=0)[0] == 1.0
