"""Runs a stage in a worker's pool as a child run, and follows it to its end."""

from collections.abc import Callable

import httpx

from flows import hand_over
from flows.child import Child, begin
from flows.dag import PlannedStage
from flows.hand_over import answer_of
from flows.run_branch import Run
from flows.runner import Outcome, StageFailed
from tunesmith.errors import UserError

FLOW = "stage-on-worker"


def run_in_pool(
    pool: str, stage: PlannedStage, plan: list[PlannedStage], run: Run, say: Callable[[str], None]
) -> Outcome:
    """Let a worker run a stage, and take its answer.

    Args:
        pool: that it polls.
        stage: to be run.
        plan: what this run may have written before it.
        run: on whose branch it happens.
        say: is given each line that the stage prints there.

    Raises:
        StageFailed: it failed there, nobody works for the pool, its worker went silent, its answer
            was refused, or Prefect was away too long.
    """
    try:
        rev = hand_over.send(run, stage, plan)
        parameters = {"stage": stage.model_dump(mode="json"), "name": run.name, "rev": rev}
        asked = f"{FLOW}/{pool}-stage"
        child = begin(pool, asked, stage.name, parameters, f"{stage.name} in {pool}")
        state = Child(child, pool, stage.name, say).ended()
        if not state.is_completed():
            raise StageFailed(stage.name, state.message or f"{state.name} in pool {pool}")
        hand_over.take(stage, answer_of(run.name, str(child)))
    except UserError as error:
        raise StageFailed(stage.name, str(error)) from None
    except httpx.HTTPError as error:
        raise StageFailed(stage.name, f"Prefect does not answer ({error}); run again") from None
    return Outcome(str(state.name))
