"""The Prefect flow: every stage of dvc.yaml in its order, and then its delivery if asked for."""

import os
from collections.abc import Callable
from typing import Any

import httpx
from prefect import flow
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from prefect.logging import get_run_logger
from prefect.runtime import flow_run
from prefect.states import Completed, Failed
from prefect.utilities.names import generate_slug

from flows import approval as approvals
from flows import artifacts
from flows.approval import Answer, Approval
from flows.console import show_results
from flows.dag import PlannedStage
from flows.deliver import Delivered, deliver
from flows.hand_over import forget
from flows.last_words import say
from flows.notify import News, link, tell, tell_of_failure
from flows.promotion import Verdict, read_verdict
from flows.result import StageResult, failed_stage, summary
from flows.run_branch import Run
from flows.server import REACH_SECONDS, answers, give_up, is_own
from flows.stage_tasks import take_all
from tunesmith.errors import UserError

HAND_IN_SECONDS = 10.0


def _name() -> str:
    """Return the name of the run's branch, so that branch and page are found from each other."""
    run = flow_run.parameters.get("run")
    return run.name if run else str(generate_slug(2))


@flow(
    name="retrain",
    flow_run_name=_name,
    persist_result=False,
    on_failure=[tell_of_failure],
    on_crashed=[tell_of_failure],
)
def retrain(
    plan: list[PlannedStage],
    pull: bool = False,
    run: Run | None = None,
    notify: str | None = None,
    approval: Approval | None = None,
) -> State[Any]:
    """Bring every planned stage up to date; stop at the first that fails.

    DVC decides what is fresh, so no result is cached here. The plan is a parameter, so that the
    record of the run shows what was meant to happen and why.

    Args:
        plan: the stages, inputs first.
        pull: let DVC fetch what the remote has already.
        run: deliver it: commit on its branch, promote what the gate ships, push.
        notify: the block to tell of SHIP, REJECT and failure, `webhook/NAME`; by default what
            TUNESMITH_WEBHOOK names.
        approval: let a person say whether what ships is promoted.

    Returns:
        a state named Completed or Failed, whose data is one `StageResult` for each stage.
    """
    results = take_all(plan, pull, run)
    show_results(results)
    failed = failed_stage(results)
    verdict = None if failed else read_verdict()
    numbers = artifacts.main_numbers()  # before a promotion, which compares the champion anew
    problems = [f"retrain stopped at {failed.stage}: {failed.reason}"] if failed else []
    told = [summary(results)]
    delivered = Delivered("")

    def ask(commit: str) -> Answer:
        assert verdict is not None
        assert approval is not None
        at = Delivered("", commit)
        news = _news(verdict, run, at, approval=f"awaited for {approval.hours:g} hours")
        tell(news, notify, get_run_logger())
        return approvals.ask(artifacts.page(verdict, at, numbers), approval)

    if run is not None:
        try:
            delivered = deliver(run, plan, results, verdict, pull, ask if approval else None)
            told.append(delivered.words)
        except UserError as error:
            problems.append(f"not delivered: {error}")
        forget(run, plan)
    if not _is_left(
        lambda: artifacts.leave(results, verdict, problems or told, delivered, numbers)
    ):
        get_run_logger().warning("Prefect was not there to be told; its pages miss this run's end")
    if problems:
        return say(Failed(message="\n".join(problems), data=results))
    if verdict is not None and _is_news(results, delivered):
        tell(_news(verdict, run, delivered), notify, get_run_logger())
    return say(Completed(message="; ".join(told), data=results))


def _is_left(leave: Callable[[], None]) -> bool:
    """Leave something in Prefect's pages; False if it is gone, which is no reason to fail a run.

    A run that a person has started then ends at once; one that a worker has waits once more for
    Prefect, so that its end is recorded if that was a restart.
    """
    if is_own() and not answers(os.environ["PREFECT_API_URL"], REACH_SECONDS):
        give_up()  # it does not come back
    try:
        leave()
    except httpx.HTTPError:
        context = FlowRunContext.get()
        if context is None or context.flow_run is None or not context.flow_run.parent_task_run_id:
            give_up()
        return False
    return True


def _is_news(results: list[StageResult], delivered: Delivered) -> bool:
    """Tell whether the verdict is of this run, not one that an earlier run has left."""
    return delivered.tag is not None or any(one.outcome != "Unchanged" for one in results)


def _news(
    verdict: Verdict, run: Run | None, delivered: Delivered, approval: str | None = None
) -> News:
    """Return what the team is told of a run that came to its end, or waits for approval."""
    return News(
        run=run.name if run else str(flow_run.name),
        state="Paused" if approval else "Completed",
        verdict=verdict.word,
        reasons=verdict.reasons,
        branch=run.branch if run else None,
        tag=delivered.tag,
        approval=approval or delivered.answer,
        link=link(flow_run.id),
        report=artifacts.where(delivered),
    )


def hand_in_records() -> None:
    """Send what Prefect still holds of logs and states; after this its API may go away."""
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    APILogWorker.drain_all(timeout=HAND_IN_SECONDS)
    EventsWorker.drain_all(timeout=HAND_IN_SECONDS)
