from itertools import product

import numpy as np
import pytest

from tunesmith.stats.mcnemar import mcnemar
from tunesmith.stats.sign_flip import gain_p


def test_rows_that_are_right_or_wrong_give_the_exact_sign_test():
    moved = np.array([1.0] * 9 + [-1.0] * 1 + [0.0] * 30)
    assert gain_p(moved, seed=0) == pytest.approx(11 / 1024)  # (10 over 9) + (10 over 10)


def test_it_is_half_of_mcnemars_two_sided_p():
    moved = np.array([1.0] * 12 + [-1.0] * 3)
    assert 2 * gain_p(moved, seed=0) == pytest.approx(mcnemar(12, 3))


def test_graded_rows_come_near_what_all_signs_would_give():
    moved = np.array([0.9, 0.8, 0.75, 0.6, 0.5, 0.4, 0.35, -0.3, 0.2, -0.1])
    signs = np.array(list(product([-1.0, 1.0], repeat=10)))
    exact = np.mean(signs @ np.abs(moved) >= moved.sum() - 1e-12)
    assert gain_p(moved, seed=0) == pytest.approx(exact, rel=0.1)


def test_nothing_moved_proves_nothing():
    assert gain_p(np.zeros(50), seed=0) == 1.0


def test_a_loss_is_no_gain():
    assert gain_p(np.array([-1.0] * 20), seed=0) == 1.0
    assert gain_p(np.linspace(-1, -0.1, 20), seed=0) > 0.99


def test_the_same_seed_gives_the_same_p():
    moved = np.random.default_rng(1).normal(0.1, 1, 200)
    assert gain_p(moved, seed=3) == gain_p(moved, seed=3)


def test_without_any_gain_p_is_below_five_percent_in_about_five_of_a_hundred():
    rng = np.random.default_rng(0)
    found = [gain_p(rng.normal(0, 1, 60), seed=one, flips=1000) <= 0.05 for one in range(1000)]
    assert 0.03 < np.mean(found) < 0.07
