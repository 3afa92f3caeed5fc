import pytest

from tunesmith.improve.spending import level, spent


@pytest.mark.parametrize("rule", ["even", "halving"])
def test_all_looks_together_spend_no_more_than_alpha(rule):
    levels = [level(rule, 0.05, 10, look) for look in range(1, 40)]
    assert spent(levels) <= 0.05 + 1e-12


def test_an_even_share_is_the_same_for_each_look():
    assert {level("even", 0.05, 10, look) for look in range(1, 11)} == {0.005}


def test_halving_leaves_half_to_the_looks_to_come():
    assert [level("halving", 0.08, 10, look) for look in (1, 2, 3)] == [0.04, 0.02, 0.01]


def test_there_is_no_level_beyond_the_last_look():
    assert level("even", 0.05, 10, 11) == level("halving", 0.05, 3, 4) == 0.0
