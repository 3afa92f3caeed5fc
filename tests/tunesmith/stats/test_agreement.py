"""Agreement beyond chance: published examples, the reference implementation, the ends."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from tunesmith.stats import agreement
from tunesmith.stats.agreement import alpha_score, cohen_kappa, krippendorff_alpha
from tunesmith.stats.resample import Floats
from tunesmith.stats.score import Score, score_from_draws

_ = np.nan
# Four people, twelve units, with gaps: Krippendorff 2011, https://repository.upenn.edu/asc_papers/43
PUBLISHED = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
        [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
    ]
)


@pytest.mark.parametrize(
    ("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_alpha_is_that_of_the_published_example(level: str, published: float) -> None:
    assert krippendorff_alpha(PUBLISHED, level) == pytest.approx(published, abs=5e-4)


def test_alpha_of_two_people_without_gaps_is_that_of_the_published_example() -> None:
    first = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]  # example A of the same paper: 0.095
    second = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    assert krippendorff_alpha(np.array([first, second], float), "nominal") == pytest.approx(
        0.095, abs=5e-4
    )


def test_only_the_order_of_ordinal_values_counts() -> None:
    stretched = np.where(PUBLISHED == 5, 50.0, PUBLISHED)
    assert krippendorff_alpha(stretched, "ordinal") == krippendorff_alpha(PUBLISHED, "ordinal")
    assert krippendorff_alpha(stretched, "interval") != krippendorff_alpha(PUBLISHED, "interval")


def test_kappa_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    for size in (2, 7, 60):
        first = list(rng.choice(["left", "right", "tie"], size))
        second = [one if rng.random() < 0.6 else "tie" for one in first]
        assert cohen_kappa(first, second) == pytest.approx(cohen_kappa_score(first, second))


def test_kappa_knows_chance_from_agreement() -> None:
    assert cohen_kappa(["a", "b"], ["a", "b"]) == 1
    assert cohen_kappa(["a", "a", "b", "b"], ["a", "b", "a", "b"]) == 0
    assert cohen_kappa(["a", "b"], ["b", "a"]) == -1


def test_what_nobody_could_disagree_on_has_no_agreement() -> None:
    assert cohen_kappa(["a", "a"], ["a", "a"]) is None
    assert krippendorff_alpha(np.ones((3, 4)), "nominal") is None
    alone: Floats = np.array([[1, 2, 3], [_, _, _]])
    assert krippendorff_alpha(alone, "ordinal") is None
    assert alpha_score(alone, "ordinal", 50, 0.95, np.random.default_rng(0)) is None


def test_kappa_of_no_item_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one"):
        cohen_kappa([], [])
    with pytest.raises(ValueError, match="2 and 1 items"):
        cohen_kappa(["a", "b"], ["a"])


def test_alpha_has_an_interval_that_narrows_with_more_units() -> None:
    few, many = (
        alpha_score(np.tile(PUBLISHED, times), "ordinal", 500, 0.95, np.random.default_rng(0))
        for times in (1, 16)
    )
    assert few is not None and many is not None
    assert few.n == 11  # one unit has a single rating
    assert few.value == pytest.approx(0.815, abs=5e-4)
    assert few.low < few.value < few.high
    assert many.high - many.low < (few.high - few.low) / 3


def test_the_same_seed_gives_the_same_interval() -> None:
    once, again = (
        alpha_score(PUBLISHED, "nominal", 200, 0.95, np.random.default_rng(3)) for _ in range(2)
    )
    assert once == again


def test_pairs_of_values_are_counted_once_for_alpha_and_its_interval(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counted: list[int] = []

    def counting(ratings: Floats) -> tuple[Floats, Floats]:
        counted.append(1)
        return coincidences(ratings)

    coincidences = agreement._coincidences
    monkeypatch.setattr(agreement, "_coincidences", counting)
    score = alpha_score(PUBLISHED, "ordinal", 50, 0.95, np.random.default_rng(0))
    assert score is not None and score.value == pytest.approx(0.815, abs=5e-4)
    assert len(counted) == 1


def test_the_interval_of_few_units_is_wider_than_percentiles_of_the_draws(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[Floats] = []

    def looking(value: float, draws: Floats, n: int, confidence: float) -> Score:
        seen.append(draws)
        return score_from_draws(value, draws, n, confidence)

    monkeypatch.setattr(agreement, "score_from_draws", looking)
    score = alpha_score(PUBLISHED, "ordinal", 500, 0.9, np.random.default_rng(0))
    assert score is not None
    low, high = np.quantile(seen[0], [0.05, 0.95])
    assert score.low < low and score.high > high
