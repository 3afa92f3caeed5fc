"""The improve loop: find what is weak, change data or training there, prove that it helped.

tunesmith improve               # rounds, until the target is met or nothing helps any more
tunesmith improve --review      # a person lets the rows of each round in
"""

import sys
from collections.abc import Callable
from typing import Any

from prefect import flow
from prefect.artifacts import create_table_artifact
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.runtime import flow_run
from prefect.states import Cancelled, Completed, Failed
from pydantic import NonNegativeInt, PositiveFloat

from flows import approval, artifacts, loop_files, run_branch, workcopy
from flows.approval import Answer, Approval
from flows.console import show_plan
from flows.dag import plan as make_plan
from flows.deliver import Delivered
from flows.feedback_round import forget_unfinished
from flows.improve_round import Made, Said, make_round
from flows.notify import tell_of_failure
from flows.pipeline import hand_in_records, retrain
from flows.promotion import read_verdict
from flows.retrain import read_dials
from flows.run_branch import Run, abandoned_if_refused, begin
from tunesmith.errors import UserError
from tunesmith.improve.ledger import Round

MOST_SHOWN = 5  # slices in a question


class _Refused(UserError):  # noqa: N818
    """A person did not let the rows of a round in."""


@flow(
    name="improve",
    persist_result=False,
    on_failure=[tell_of_failure],
    on_crashed=[tell_of_failure],
)
def improve(
    rounds: NonNegativeInt = 0,
    review: bool = False,
    approve: bool = False,
    approve_hours: PositiveFloat = 24.0,
    notify: str | None = None,
) -> State[Any]:
    """Make rounds until one of the reasons to stop holds; a loop that was killed goes on.

    Args:
        rounds: at most; 0: as `improve.budget` says.
        review: ask a person before the rows of a round are learnt; meanwhile `tunesmith review`
            accepts, edits and rejects them.
        approve: let a person say whether what the gate ships is promoted.
        approve_hours: after these without an answer it is not, and no further round is made.
        notify: the block to tell of a failure, `webhook/NAME`; by default what TUNESMITH_WEBHOOK
            names.

    Returns:
        a state named Completed with why the loop stopped, Cancelled if another run is under way in
        this clone, or Failed with the reason.
    """
    asked = Approval(hours=approve_hours)
    try:
        with workcopy.claimed():
            workcopy.check()
            made = list[Made]()
            while (why := _next(rounds, review, asked, approve, notify, made)) is None:
                pass
            loop_files.ended()
    except workcopy.Busy as error:
        return Cancelled(message=str(error))
    except UserError as error:
        get_run_logger().error("%s", error)
        return Failed(message=str(error))
    told = f"{_counted([one.line for one in made])}: {why}"
    if made:
        create_table_artifact(key="rounds", table=[_row(one) for one in made], description=told)
    return Completed(message=told)


def _next(
    most: int,
    review: bool,
    asked: Approval,
    approve: bool,
    notify: str | None,
    made: list[Made],
) -> str | None:
    """Make the next round and return None, or return why there is none.

    Raises:
        UserError: a stage failed, or a round could not be shared.
    """
    run = _begin_up_to_date(asked if approve else None, notify)
    try:
        begun = loop_files.begun_with()  # now that the rounds of others are fetched
        said = loop_files.decide(begun, most, _say)
        if said["action"] == "data" and review:
            said = _let_in(said, begun, most, asked)
    except UserError as error:
        run_branch.abandon(run)
        if isinstance(error, _Refused):
            return str(error)
        raise
    if said["action"] is None:
        run_branch.abandon(run)
        return str(said["why"])
    _say(f"round {said['number']}: {said['action']}: {said['why']}")
    trailers = {"Prefect-Run": str(flow_run.id)}
    ended = make_round(run, said, trailers, _asker(asked) if approve else None, _say)
    _say(ended.words)
    made.append(ended)
    return None


def _say(line: str) -> None:
    """Tell the terminal and Prefect's records."""
    print(line, flush=True)
    get_run_logger().info("%s", line)


def _begin_up_to_date(asked: Approval | None, notify: str | None) -> Run:
    """Return a run whose branch begins where every stage is up to date.

    Raises:
        UserError: a stage failed, or is never up to date.
    """
    for _ in range(2):
        run = begin()
        with abandoned_if_refused(run):
            forget_unfinished()
            read_dials()
            plan = make_plan()
        if not any(stage.will_run == "yes" for stage in plan):
            return run
        show_plan(plan)
        state: State[Any] = retrain(plan, False, run, notify, asked, return_state=True)
        if state.is_failed():
            raise UserError(f"{state.message} ({run.branch})")
    names = ", ".join(stage.name for stage in make_plan() if stage.will_run == "yes")
    raise UserError(
        f"{names}: never up to date, so no round could be compared with what was before"
    )


def _let_in(said: Said, begun: int, most: int, asked: Approval) -> Said:
    """Ask a person whether the rows of a round are learnt; return the decision as it is then.

    Raises:
        _Refused: the answer was no, or nobody gave one.
    """
    answer = approval.ask(_question(said), asked)
    if answer != "approved":
        raise _Refused(f"round {said['number']}: its rows were not let in ({answer})")
    return loop_files.decide(begun, most, _say)


def _question(said: Said) -> str:
    """Return what a person is asked."""
    slices = list(said["added"].items())
    lines = [
        f"- {name}: " + ", ".join(f"{rows} {maker}" for maker, rows in makers.items())
        for name, makers in slices[:MOST_SHOWN]
    ]
    lines += [f"- and {len(slices) - MOST_SHOWN} slices more"] if len(slices) > MOST_SHOWN else []
    rows = sum(sum(makers.values()) for _, makers in slices)
    waiting = f"; {said['waiting']} more wait for an answer" if said["waiting"] else ""
    return "\n".join(
        [
            f"Round {said['number']} would learn {rows} rows{waiting}:",
            *lines,
            "`tunesmith review` shows, edits and rejects them one by one; a yes takes what is then "
            "accepted, and what nobody has decided on if it needs nobody.",
        ]
    )


def _asker(asked: Approval) -> Callable[[str], Answer]:
    """Return what asks whether a candidate that ships is promoted."""

    def ask(commit: str) -> Answer:
        verdict = read_verdict()
        assert verdict is not None
        at = Delivered("", commit)
        return approval.ask(artifacts.page(verdict, at, artifacts.main_numbers()), asked)

    return ask


def _counted(rounds: list[Round]) -> str:
    """Say how many rounds were made, and how many of them were kept."""
    if not rounds:
        return "no round"
    kept = sum(one.kept for one in rounds)
    return f"{len(rounds)} round{'s' * (len(rounds) > 1)}, {kept} kept"


def _row(one: Made) -> dict[str, Any]:
    """Return a round as Prefect's page shows it."""
    return {
        "round": one.line.number,
        "changed": one.line.action,
        "why": one.line.why,
        "verdict": "kept" if one.line.kept else "rolled back",
        "reasons": "; ".join(one.line.proof["reasons"]),
    }


def run_here(rounds: int, review: bool, approve: bool) -> int:
    """Run the loop from the command line; return the exit code: 0 it stopped, 1 it failed."""
    if review or approve:
        approval.check()
    state = improve(rounds, review, approve, return_state=True)
    hand_in_records()
    print(state.message, file=sys.stderr if state.is_failed() else sys.stdout)
    return int(state.is_failed() or state.is_cancelled())
