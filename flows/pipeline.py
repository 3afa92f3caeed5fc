"""The Prefect flow: every stage of dvc.yaml in its order, and then its delivery if asked for."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows import artifacts
from flows.console import show_results
from flows.dag import PlannedStage
from flows.deliver import deliver
from flows.hand_over import forget
from flows.promotion import read_verdict
from flows.result import failed_stage, summary
from flows.run_branch import Run
from flows.stage_tasks import take_all
from tunesmith.errors import UserError

HAND_IN_SECONDS = 10.0


@flow(name="retrain", persist_result=False)
def retrain(plan: list[PlannedStage], pull: bool = False, run: Run | None = None) -> State[Any]:
    """Bring every planned stage up to date; stop at the first that fails.

    DVC decides what is fresh, so no result is cached here. The plan is a parameter, so that the
    record of the run shows what was meant to happen and why.

    Args:
        plan: the stages, inputs first.
        pull: let DVC fetch what the remote has already.
        run: deliver it: commit on its branch, promote what the gate ships, push.

    Returns:
        a state named Completed or Failed, whose data is one `StageResult` for each stage.
    """
    results = take_all(plan, pull, run)
    show_results(results)
    failed = failed_stage(results)
    verdict = None if failed else read_verdict()
    problems = [f"retrain stopped at {failed.stage}: {failed.reason}"] if failed else []
    told = [summary(results)]
    if run is not None:
        try:
            told.append(deliver(run, plan, results, verdict, pull))
        except UserError as error:
            problems.append(f"not delivered: {error}")
        forget(run, plan)
    artifacts.leave(results, verdict, problems or told)
    if problems:
        return Failed(message="\n".join(problems), data=results)
    return Completed(message="; ".join(told), data=results)


def hand_in_records() -> None:
    """Send what Prefect still holds of logs and states; after this its API may go away."""
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    APILogWorker.drain_all(timeout=HAND_IN_SECONDS)
    EventsWorker.drain_all(timeout=HAND_IN_SECONDS)
