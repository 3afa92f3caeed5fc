"""Evidence against subsets, and the worst of many by chance alone."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.stats import norm

from tunesmith.stats.evidence import Evidence
from tunesmith.stats.max_statistic import family_wise_p, shuffled


def test_evidence_of_wrong_rows_is_the_signed_root_of_the_likelihood_ratio() -> None:
    values = np.repeat([0.0, 1.0], [1500, 8500])
    inside, n = 0.6, 50
    ratio = inside * np.log(inside / 0.85) + (1 - inside) * np.log((1 - inside) / 0.15)
    expected = np.sqrt(2 * n * ratio / (1 - n / 10_000))
    found = Evidence(values).below(np.array([inside * n]), np.array([float(n)]))
    assert found[0] == pytest.approx(expected, rel=0.01)
    above = Evidence(values).below(np.array([float(n)]), np.array([float(n)]))
    assert above[0] < 0


def test_evidence_of_random_subsets_is_about_normal_even_of_skewed_values() -> None:
    rng = np.random.default_rng(0)
    values = 1.0 - (rng.random(4000) < 0.05)
    sums = np.array([rng.choice(values, 60, replace=False).sum() for _ in range(4000)])
    found = Evidence(values).below(sums, np.full(4000, 60.0))
    assert (found > norm.ppf(0.999)).mean() < 0.004
    z = (0.95 - sums / 60) / np.sqrt(0.05 * 0.95 / 60)
    assert (z > norm.ppf(0.999)).mean() >= 2 * (found > norm.ppf(0.999)).mean()


def test_the_family_wise_level_holds_over_many_subsets() -> None:
    rng = np.random.default_rng(1)
    members = csr_matrix((rng.random((80, 300)) < 0.2).astype(np.float32))
    sizes = np.asarray(members.sum(axis=1)).ravel().astype(float)
    strata = np.zeros(300, dtype=np.int64)
    hits = 0
    for _ in range(120):
        values = (rng.random(300) < 0.2).astype(float)
        values -= values.mean()
        observed = Evidence(values).below(members @ values, sizes)
        chance = shuffled(members, values, strata, observed, 99, rng)
        hits += family_wise_p(observed, chance.highest).min() <= 0.05
    assert hits <= 14  # 6 are expected; above 14 with a chance of 0.001


def test_shuffles_stay_within_their_stratum() -> None:
    members = csr_matrix(np.array([[1, 1, 0, 0], [1, 0, 1, 0]], dtype=np.float32))
    values = np.array([-1.0, 1.0, -5.0, 5.0])
    strata = np.array([0, 0, 1, 1])
    observed = Evidence(values).below(members @ values, np.array([2.0, 2.0]))
    chance = shuffled(members, values, strata, observed, 200, np.random.default_rng(0))
    assert chance.reached[0] == 200  # a whole stratum has mean 0 in every shuffle
    assert 20 < chance.reached[1] < 80  # both low ones: a quarter


def test_p_counts_the_shuffles_that_go_as_far() -> None:
    highest = np.array([1.0, 2.0, 3.0, 4.0])
    assert family_wise_p(np.array([0.0, 2.5, 9.0]), highest).tolist() == [1.0, 0.6, 0.2]
