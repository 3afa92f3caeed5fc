"""A race keeps the better half on each rung."""

import pytest

from tunesmith.auto.race import cost, race, winner
from tunesmith.auto.rules import Candidate

NAMES = ["rules", "faster", "slower", "full"]
CANDIDATES = [Candidate(name=name, dials={"epochs": 4}) for name in NAMES]


def scored(scores: dict[str, float | None]):
    return lambda one, epochs, rung: (scores[one.name], "" if scores[one.name] else "it broke")


def test_the_better_half_goes_on_to_twice_the_epochs() -> None:
    heats = race(
        CANDIDATES, scored({"rules": 2.0, "faster": 1.0, "slower": 3.0, "full": 1.5}), True
    )
    assert [(one.rung, one.candidate, one.epochs) for one in heats] == [
        *((0, name, 0.5) for name in NAMES),
        (1, "faster", 1.0),
        (1, "full", 1.0),
    ]
    assert winner(heats, True) == "faster"
    assert cost(heats) == 4.0  # as one whole training of a candidate


def test_a_score_that_is_to_grow_wins_at_its_highest() -> None:
    heats = race(
        CANDIDATES, scored({"rules": 0.2, "faster": 0.1, "slower": 0.3, "full": 0.1}), False
    )
    assert winner(heats, False) == "slower"


def test_the_rules_win_a_draw_and_a_failure_never_wins() -> None:
    heats = race(
        CANDIDATES, scored({"rules": 1.0, "faster": None, "slower": 1.0, "full": 1.0}), True
    )
    assert winner(heats, True) == "rules"
    assert [one.reason for one in heats if one.candidate == "faster"] == ["it broke"]


def test_a_race_in_which_all_fail_has_no_winner() -> None:
    assert winner(race(CANDIDATES, scored(dict.fromkeys(NAMES)), True), True) is None


@pytest.mark.parametrize("count", [1, 2, 3])
def test_any_number_can_race(count: int) -> None:
    heats = race(CANDIDATES[:count], scored(dict.fromkeys(NAMES, 1.0)), True)
    assert {one.candidate for one in heats} == (set(NAMES[:count]) if count > 1 else set())
