"""When the loop is done: the target is met, rounds do not help any more, or a budget is spent."""

from collections.abc import Sequence
from typing import NamedTuple

from tunesmith.improve import ImproveParams
from tunesmith.improve.ledger import Round, looks_at


class State(NamedTuple):
    """Where the loop is.

    Attributes:
        rounds: all of the ledger.
        begun_with: how many of them there were when this call began.
        test_set: hash of the ids of the test rows.
        validation: mean score of the candidate on the validation rows; None where unknown.
    """

    rounds: Sequence[Round]
    begun_with: int
    test_set: str
    validation: float | None

    @property
    def own(self) -> Sequence[Round]:
        """The rounds of this call."""
        return self.rounds[self.begun_with :]


def reason_to_stop(state: State, params: ImproveParams) -> str | None:
    """Return why there is no further round, or None."""
    rules = (_target_is_met, _no_gain, _spent, _looked_enough)
    return next((why for rule in rules if (why := rule(state, params))), None)


def _target_is_met(state: State, params: ImproveParams) -> str | None:
    """The validation rows say so; the test rows are kept for verdicts."""
    if params.target is None or state.validation is None or state.validation < params.target:
        return None
    return f"the target is met: {state.validation:.3f} on the validation rows (≥ {params.target:g})"


def _no_gain(state: State, params: ImproveParams) -> str | None:
    """The last rounds of this call did not help."""
    last = state.own[-params.patience :]
    if len(last) < params.patience or any(one.kept for one in last):
        return None
    return f"the last {params.patience} rounds did not help (improve.patience)"


def _spent(state: State, params: ImproveParams) -> str | None:
    """A budget is used up."""
    budget = params.budget
    seconds = sum(one.train_seconds for one in state.own)
    money = sum(one.money for one in state.own)
    if len(state.own) >= budget.rounds:
        return f"all {budget.rounds} rounds are made (improve.budget.rounds)"
    if budget.train_seconds is not None and seconds >= budget.train_seconds:
        return f"{seconds:,.0f} s of training are spent (improve.budget.train_seconds)"
    if budget.money is not None and money >= budget.money:
        return f"{money:,.2f} of money are spent (improve.budget.money)"
    return None


def _looked_enough(state: State, params: ImproveParams) -> str | None:
    """The test rows were looked at as often as they may be."""
    if len(looks_at(state.rounds, state.test_set)) < params.looks:
        return None
    return (
        f"the test rows were looked at {params.looks} times (improve.looks): another gain on "
        "them would prove little; freeze new test rows (`tunesmith freeze`)"
    )
