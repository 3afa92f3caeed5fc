"""Gives the stages of a plan to Prefect, one task run each, until one fails."""

import time
from collections.abc import Callable
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed

from flows.child_run import run_in_pool
from flows.console import show_line
from flows.dag import PlannedStage
from flows.pools import pool_for
from flows.result import Ending, StageResult, peak_memory_bytes, timing_mark
from flows.run_branch import Run
from flows.runner import Outcome, StageFailed, reproduce


def take_all(plan: list[PlannedStage], pull: bool, run: Run | None = None) -> list[StageResult]:
    """Take the stages one by one until one fails; those after it are `Not run`.

    Args:
        plan: the stages, inputs first.
        pull: let DVC fetch what the remote has already.
        run: to be delivered; only stages of such a run go to workers of other pools.
    """
    results: list[StageResult] = []
    states: dict[str, State[Any]] = {}
    for stage in plan:
        upstream = [states[name] for name in stage.upstream]
        states[stage.name] = state = _named(stage)(
            stage, pull, plan, run, return_state=True, wait_for=upstream
        )
        results += results_of(state)
        if results[-1].outcome == "Failed":
            break
    return results + [
        StageResult(stage=rest.name, outcome="Not run") for rest in plan[len(results) :]
    ]


def _named(stage: PlannedStage) -> Any:
    """Return the task that runs a stage, under its name and with its retries."""
    return one_stage.with_options(
        name=stage.name,
        task_run_name=stage.name,
        retries=stage.meta.retries,
        retry_delay_seconds=stage.meta.retry_delay_seconds,
    )


def results_of(state: State[Any]) -> list[StageResult]:
    """Return the results that a flow run or a task run of this module handed back.

    An exception that no stage caused, a mistake of ours, is raised.
    """
    data = state.result(raise_on_failure=False)
    if isinstance(data, BaseException):
        raise data
    return [StageResult.model_validate(item) for item in data]


@task(cache_policy=NO_CACHE, persist_result=False)
def one_stage(
    stage: PlannedStage, pull: bool, plan: list[PlannedStage], run: Run | None
) -> State[Any]:
    """Run one stage through DVC, here or with a worker; the state's name is its outcome.

    A stage that the plan found fresh is not asked again: starting DVC to hear "nothing to do"
    costs a second each.
    """
    if stage.will_run == "no":
        result = StageResult(stage=stage.name, outcome="Unchanged")
        return Completed(name="Unchanged", data=[result])
    result = _run(stage, pull, plan, run)
    if result.outcome == "Failed":
        return Failed(message=result.reason, data=[result])
    return Completed(name=result.outcome, data=[result])


def _run(stage: PlannedStage, pull: bool, plan: list[PlannedStage], run: Run | None) -> StageResult:
    """Run the stage; what it prints goes to the terminal and to Prefect's records."""
    log = get_run_logger()

    def on_line(line: str) -> None:
        show_line(stage.name, line)
        log.info("%s", line)

    started, before = time.monotonic(), timing_mark(stage.name)
    try:
        outcome: Ending = _somewhere(stage, pull, plan, run, on_line).value
        reason = ""
    except StageFailed as failure:
        outcome, reason = "Failed", failure.reason
    seconds = time.monotonic() - started
    on_line(f"{outcome.lower()} after {seconds:.1f} s{': ' if reason else ''}{reason}")
    memory = peak_memory_bytes(stage.name, before)
    return StageResult(
        stage=stage.name, outcome=outcome, seconds=seconds, peak_memory_bytes=memory, reason=reason
    )


def _somewhere(
    stage: PlannedStage,
    pull: bool,
    plan: list[PlannedStage],
    run: Run | None,
    on_line: Callable[[str], None],
) -> Outcome:
    """Run the stage with a worker of its pool if there is one, else on this machine.

    Raises:
        StageFailed: it did not come to its outputs.
    """
    pool = pool_for(stage, run, on_line)
    if pool is not None and run is not None:
        return run_in_pool(pool, stage, plan, run, on_line)
    return reproduce(
        stage.name,
        pull=pull,
        force=stage.is_forced,
        timeout_seconds=stage.meta.timeout_seconds,
        on_line=on_line,
    )
