"""What a worker of a pool runs: one stage, from the exact commit it was handed over with."""

import time
from collections.abc import Callable

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from flows import hand_over, workcopy
from flows.at_work import check_wanted, ended_with_parent, telling
from flows.dag import PlannedStage
from flows.runner import Outcome, StageFailed, reproduce
from tunesmith.errors import UserError


@flow(name="stage-on-worker", persist_result=False)
def on_worker(stage: PlannedStage, name: str, rev: str) -> State[None]:
    """Run a stage in this clone, push what it made, and answer with a commit.

    Args:
        stage: as the run that handed it over has planned it.
        name: of that run.
        rev: the commit to run it from.

    Returns:
        a state named by the outcome, or Failed with the reason in one line.
    """
    with telling(stage.name) as say, ended_with_parent():
        started = time.monotonic()
        try:
            with workcopy.claimed():
                outcome = _run(stage, name, rev, say)
        except (UserError, StageFailed) as error:
            reason = error.reason if isinstance(error, StageFailed) else str(error)
            return Failed(message=reason)
        say(f"{outcome.lower()} on a worker, {time.monotonic() - started:.1f} s with its data")
    return Completed(name=outcome.value)


def _run(stage: PlannedStage, name: str, rev: str, say: Callable[[str], None]) -> Outcome:
    """Check out, fetch, run, and give back.

    Raises:
        StageFailed: the stage failed.
        UserError: git or DVC refused, or the run that asked has given this one up.
    """
    hand_over.check_out(name, rev)
    say(f"on a worker, from {rev[:9]}")
    hand_over.fetch_inputs(stage)
    outcome = reproduce(
        stage.name,
        pull=True,
        force=stage.is_forced,
        timeout_seconds=stage.meta.timeout_seconds,
        on_line=say,
    )
    check_wanted()
    answer = hand_over.answer_of(name, str(flow_run.id))
    hand_over.give_back(stage, answer, {"Prefect-Run": str(flow_run.id)})
    return outcome
