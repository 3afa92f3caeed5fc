"""What a worker runs: a delivered retrain in the clone that the deployment names."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.states import Cancelled, Completed, Failed
from pydantic import PositiveFloat

from flows import workcopy
from flows.approval import Approval
from flows.dag import PlannedStage
from flows.dag import plan as make_plan
from flows.notify import tell_of_failure
from flows.pipeline import retrain
from flows.retrain import read_dials
from flows.run_branch import abandon, abandoned_if_refused, begin
from flows.stage_tasks import results_of
from tunesmith.errors import UserError


@flow(
    name="scheduled-retrain",
    persist_result=False,
    on_failure=[tell_of_failure],
    on_crashed=[tell_of_failure],
)
def scheduled(
    only_if: list[str] | None = None,
    notify: str | None = None,
    approve: bool = False,
    approve_hours: PositiveFloat = 24.0,
) -> State[Any]:
    """Take in what others have pushed, retrain, and deliver what came of it.

    Args:
        only_if: go on only if one of these stages, such as `collect`, has something new to read;
            by default whatever has changed is enough.
        notify: the block to tell of SHIP, REJECT and failure, `webhook/NAME`; by default what
            TUNESMITH_WEBHOOK names.
        approve: let a person say whether what ships is promoted.
        approve_hours: after these without an answer it is not.

    Returns:
        a state named Completed, `Nothing new`, Cancelled if another run is under way in this clone,
        or Failed with the reason in one line.
    """
    try:
        with workcopy.claimed():
            workcopy.check()
            run = begin()
            with abandoned_if_refused(run):
                read_dials()
                plan = make_plan()
            if not _has_news(plan, only_if):
                abandon(run)
                return Completed(name="Nothing new", message=_nothing(only_if))
            approval = Approval(hours=approve_hours) if approve else None
            state = retrain(plan, False, run, notify, approval, return_state=True)
    except workcopy.Busy as error:
        return Cancelled(message=str(error))
    except UserError as error:
        get_run_logger().error("%s", error)
        return Failed(message=str(error))
    results_of(state)
    if state.is_failed():
        return Failed(message=f"{state.message} ({run.branch})")
    return Completed(message=state.message)


def _has_news(plan: list[PlannedStage], only_if: list[str] | None) -> bool:
    """Tell whether a stage has to run, or one of those that matter."""
    return any(
        stage.will_run == "yes" and (only_if is None or stage.name in only_if or stage.is_data)
        for stage in plan
    )


def _nothing(only_if: list[str] | None) -> str:
    """Return what was looked for and not found."""
    return f"no change reaches {', '.join(only_if)}" if only_if else "every stage is up to date"
