"""The Prefect flow: one task run for each stage of dvc.yaml, in its order, until one fails."""

import time
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed

from flows.console import show_line, show_results
from flows.dag import PlannedStage
from flows.result import Ending, StageResult, peak_memory_bytes
from flows.runner import StageFailed, reproduce

HAND_IN_SECONDS = 10.0


@flow(name="retrain", persist_result=False)
def retrain(plan: list[PlannedStage], pull: bool = False) -> State[Any]:
    """Bring every planned stage up to date; stop at the first that fails.

    DVC decides what is fresh, so no result is cached here. The plan is a parameter, so that the
    record of the run shows what was meant to happen and why.

    Returns:
        a state named Completed or Failed, whose data is one `StageResult` for each stage.
    """
    results: list[StageResult] = []
    states: dict[str, State[Any]] = {}
    for stage in plan:
        states[stage.name] = state = _take(stage, pull, [states[name] for name in stage.upstream])
        results += results_of(state)
        if results[-1].outcome == "Failed":
            break
    failed = [stopped_at(result) for result in results if result.outcome == "Failed"]
    results += [StageResult(stage=rest.name, outcome="Not run") for rest in plan[len(results) :]]
    show_results(results)
    if failed:
        return Failed(message=failed[0], data=results)
    return Completed(message=_summary(results), data=results)


def stopped_at(result: StageResult) -> str:
    """Return the one line that says where a run stopped and why."""
    return f"retrain stopped at {result.stage}: {result.reason}"


def _summary(results: list[StageResult]) -> str:
    """Return how many stages ended in which way."""
    outcomes = [result.outcome for result in results]
    return ", ".join(f"{outcomes.count(name)} {name.lower()}" for name in dict.fromkeys(outcomes))


def _take(stage: PlannedStage, pull: bool, upstream: list[State[Any]]) -> State[Any]:
    """Give one stage to Prefect as a task run of its name, after those it reads from."""
    named = one_stage.with_options(
        name=stage.name,
        task_run_name=stage.name,
        retries=stage.meta.retries,
        retry_delay_seconds=stage.meta.retry_delay_seconds,
    )
    return named(stage, pull, return_state=True, wait_for=upstream)


def results_of(state: State[Any]) -> list[StageResult]:
    """Return the results that a flow run or a task run of this module handed back.

    An exception that no stage caused, a mistake of ours, is raised.
    """
    data = state.result(raise_on_failure=False)
    if isinstance(data, BaseException):
        raise data
    return [StageResult.model_validate(item) for item in data]


@task(cache_policy=NO_CACHE, persist_result=False)
def one_stage(stage: PlannedStage, pull: bool) -> State[Any]:
    """Run one stage through DVC; the state's name is its outcome.

    A stage that the plan found fresh is not asked again: starting DVC to hear "nothing to do"
    costs a second each.
    """
    if stage.will_run == "no":
        result = StageResult(stage=stage.name, outcome="Unchanged")
        return Completed(name="Unchanged", data=[result])
    result = _run(stage, pull)
    if result.outcome == "Failed":
        return Failed(message=result.reason, data=[result])
    return Completed(name=result.outcome, data=[result])


def _run(stage: PlannedStage, pull: bool) -> StageResult:
    """Run the stage; what it prints goes to the terminal and to Prefect's records."""
    log = get_run_logger()

    def on_line(line: str) -> None:
        show_line(stage.name, line)
        log.info("%s", line)

    minutes = stage.meta.timeout_minutes
    started = time.time()
    try:
        outcome: Ending = reproduce(
            stage.name,
            pull=pull,
            force="forced" in stage.why,
            timeout_seconds=minutes * 60 if minutes else None,
            on_line=on_line,
        ).value
        reason = ""
    except StageFailed as failure:
        outcome, reason = "Failed", failure.reason
    seconds = time.time() - started
    on_line(f"{outcome.lower()} after {seconds:.1f} s{': ' if reason else ''}{reason}")
    memory = peak_memory_bytes(stage.name, since=started)
    return StageResult(
        stage=stage.name, outcome=outcome, seconds=seconds, peak_memory_bytes=memory, reason=reason
    )


def hand_in_records() -> None:
    """Send what Prefect still holds of logs and states; after this its API may go away."""
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    APILogWorker.drain_all(timeout=HAND_IN_SECONDS)
    EventsWorker.drain_all(timeout=HAND_IN_SECONDS)
