import pytest

from tunesmith.improve import Budget, ImproveParams
from tunesmith.improve.ledger import Round
from tunesmith.improve.stopping import State, reason_to_stop

TEST = "0123456789abcdef"


def made(number, kept=True, **more):
    return Round(number=number, action="data", why="", test_set=TEST, kept=kept, **more)


def why(rounds, begun_with=0, validation=0.5, **dials):
    return reason_to_stop(State(rounds, begun_with, TEST, validation), ImproveParams(**dials))


def test_a_loop_that_has_just_begun_goes_on():
    assert why([]) is None


def test_it_stops_when_the_validation_rows_reach_the_target():
    assert "target is met: 0.950" in why([], validation=0.95, target=0.9)
    assert why([], validation=0.85, target=0.9) is None


def test_an_unknown_validation_score_meets_no_target():
    assert why([], validation=None, target=0.1) is None


def test_it_stops_after_rounds_in_a_row_that_did_not_help():
    assert why([made(1, kept=False), made(2, kept=False)], patience=2).startswith("the last 2")
    assert why([made(1, kept=False), made(2), made(3, kept=False)], patience=2,
               budget=Budget(rounds=9)) is None  # fmt: skip


def test_rounds_of_an_earlier_loop_do_not_try_its_patience():
    assert why([made(1, kept=False), made(2, kept=False)], begun_with=2, patience=2) is None


@pytest.mark.parametrize(
    ("budget", "named"),
    [
        (Budget(rounds=2), "improve.budget.rounds"),
        (Budget(rounds=9, train_seconds=100), "improve.budget.train_seconds"),
        (Budget(rounds=9, money=3), "improve.budget.money"),
    ],
)
def test_it_stops_when_a_budget_is_spent(budget, named):
    rounds = [made(1, train_seconds=60, money=2), made(2, train_seconds=60, money=2)]
    assert named in why(rounds, budget=budget)
    assert why(rounds[:1], budget=budget) is None


def test_it_stops_when_the_test_rows_were_looked_at_often_enough_even_by_earlier_loops():
    rounds = [made(number) for number in range(1, 5)]
    assert "freeze new test rows" in why(rounds, begun_with=4, looks=4)


def test_new_test_rows_may_be_looked_at_anew():
    rounds = [made(number).model_copy(update={"test_set": "old"}) for number in range(1, 5)]
    assert why(rounds, begun_with=4, looks=4) is None
