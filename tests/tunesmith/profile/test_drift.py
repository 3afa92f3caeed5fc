"""Distances between two versions: by effect size, never by the number of rows."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from tunesmith.profile import ProfileParams
from tunesmith.profile.drift import drift, kolmogorov_smirnov, population_stability

COUNTS = st.lists(st.integers(0, 50), min_size=4, max_size=4).filter(any)


def profile(en: int, zh: int, lengths: list[int]) -> dict[str, Any]:
    return {
        "values": {"lang": {"en": en, "zh": zh}},
        "words": {"order": en, "订": zh},
        "lengths": {"question": {"en": lengths}},
    }


def levels(before: dict[str, Any], after: dict[str, Any]) -> dict[str, str]:
    return {shift.name: shift.level for shift in drift(before, after, ProfileParams())}


def test_the_same_data_has_not_moved_however_many_rows_it_has() -> None:
    small, large = profile(60, 60, [30, 30]), profile(6000, 6000, [3000, 3000])
    assert set(levels(small, large).values()) == {"same"}


def test_another_mixture_of_languages_is_named() -> None:
    found = levels(profile(500, 500, [500, 500]), profile(900, 100, [500, 500]))
    assert found == {"lang": "changed", "words": "changed", "question length (en)": "same"}


def test_longer_questions_are_named_with_their_distance() -> None:
    before, after = profile(500, 500, [400, 100, 0]), profile(500, 500, [300, 150, 50])
    (first, *_) = drift(before, after, ProfileParams())
    assert (first.name, first.level) == ("question length (en)", "changed")
    assert first.ks == pytest.approx(0.2)


def test_few_rows_are_not_judged() -> None:
    assert set(levels(profile(20, 5, [10, 10]), profile(5, 20, [10, 10])).values()) == {
        "too few rows"
    }


def test_without_an_accepted_version_there_is_no_distance() -> None:
    assert drift({}, profile(1, 1, [1, 1]), ProfileParams()) == []


def test_psi_is_the_sum_that_its_definition_says() -> None:
    one, two = [100.5 / 201, 100.5 / 201], [150.5 / 201, 50.5 / 201]
    expected = sum((b - a) * math.log(b / a) for a, b in zip(one, two, strict=True))
    assert population_stability([100, 100], [150, 50]) == pytest.approx(expected)


@given(COUNTS, COUNTS)
def test_distances_are_symmetric_and_zero_for_equal_counts(one: list[int], two: list[int]) -> None:
    assert population_stability(one, one) == pytest.approx(0)
    assert population_stability(one, two) == pytest.approx(population_stability(two, one))
    assert 0 <= kolmogorov_smirnov(one, two) <= 1


@given(COUNTS, COUNTS)
def test_ks_is_scipy_s_on_the_values_behind_the_counts(one: list[int], two: list[int]) -> None:
    values = [[k for k, rows in enumerate(side) for _ in range(rows)] for side in (one, two)]
    assert kolmogorov_smirnov(one, two) == pytest.approx(ks_2samp(*values).statistic)
