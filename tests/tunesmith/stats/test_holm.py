from tunesmith.stats.holm import holm


def test_each_further_finding_is_held_against_fewer_others():
    assert holm([0.01, 0.04, 0.03], 0.05) == [True, False, False]
    assert holm([0.01, 0.02, 0.03], 0.05) == [True, True, True]


def test_what_follows_a_test_that_is_none_is_none_either():
    assert holm([0.5, 0.001], 0.05) == [False, True]
    assert holm([0.03, 0.03], 0.05) == [False, False]


def test_no_test_gives_no_finding():
    assert holm([], 0.05) == []
