"""Gives the stages of a plan to Prefect, one task run each, until one fails."""

import time
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed

from flows.console import show_line
from flows.dag import PlannedStage
from flows.result import Ending, StageResult, peak_memory_bytes, timing_mark
from flows.runner import StageFailed, reproduce


def take_all(plan: list[PlannedStage], pull: bool) -> list[StageResult]:
    """Take the stages one by one until one fails; those after it are `Not run`."""
    results: list[StageResult] = []
    states: dict[str, State[Any]] = {}
    for stage in plan:
        states[stage.name] = state = _take(stage, pull, [states[name] for name in stage.upstream])
        results += results_of(state)
        if results[-1].outcome == "Failed":
            break
    return results + [
        StageResult(stage=rest.name, outcome="Not run") for rest in plan[len(results) :]
    ]


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
    started, before = time.monotonic(), timing_mark(stage.name)
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
    seconds = time.monotonic() - started
    on_line(f"{outcome.lower()} after {seconds:.1f} s{': ' if reason else ''}{reason}")
    memory = peak_memory_bytes(stage.name, before)
    return StageResult(
        stage=stage.name, outcome=outcome, seconds=seconds, peak_memory_bytes=memory, reason=reason
    )
