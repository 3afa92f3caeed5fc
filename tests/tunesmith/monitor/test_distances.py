"""Distances between two sets of texts agree with their references and with their definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from tunesmith.monitor.distances import (
    novelty_distance,
    order_distance,
    share_distance,
    word_distance,
)
from tunesmith.profile.drift import population_stability

NUMBERS = st.lists(st.integers(0, 20), min_size=3, max_size=30)


def places(one: int, two: int) -> tuple["np.ndarray", "np.ndarray"]:  # type: ignore[type-arg]
    return np.arange(one), np.arange(one, one + two)


@given(NUMBERS, NUMBERS)
def test_the_distance_of_numbers_is_scipy_s(one: list[int], two: list[int]) -> None:
    found = order_distance([*one, *two])(*places(len(one), len(two)))
    assert found == pytest.approx(ks_2samp(one, two, method="asymp").statistic)


def test_the_distance_of_shares_is_psi_of_the_counts() -> None:
    found = share_distance([*["en"] * 30, *["zh"] * 10, *["en"] * 5, *["zh"] * 15])
    assert found(*places(40, 20)) == pytest.approx(population_stability([30, 10], [5, 15]))


def test_words_that_no_earlier_text_has_count_together_and_in_chinese_each_character() -> None:
    texts = ["where is it", "where is he", "where is everybody tonight", "在哪里", "在这里"]
    english = word_distance(texts)(np.array([0, 1]), np.array([2]))
    # where, is, it, he, other earlier words, new words
    assert english == pytest.approx(population_stability([2, 2, 1, 1, 0, 0], [1, 1, 0, 0, 0, 2]))
    chinese = word_distance(texts)(np.array([3]), np.array([4]))
    assert chinese == pytest.approx(population_stability([1, 1, 1, 0, 0], [1, 0, 1, 0, 1]))


def test_vectors_are_new_only_where_they_are_less_alike_than_earlier_ones_are() -> None:
    def at(*degrees: float) -> "np.ndarray":  # type: ignore[type-arg]
        turned = np.radians(degrees)
        return np.stack([np.cos(turned), np.sin(turned)], axis=1).astype(np.float32)

    near = novelty_distance(at(0, 10, 20, 30, 5, 15))
    far = novelty_distance(at(0, 10, 20, 30, 90, 120))
    assert near(*places(4, 2)) == 0
    assert far(*places(4, 2)) == 1
