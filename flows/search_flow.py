"""The Prefect side of a search: one flow run, and one task run for each trial."""

from dataclasses import dataclass
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner

from flows import search
from flows.search import Bench
from flows.trial import Ended

_BENCH: dict[str, Bench] = {}  # Prefect looks into parameters, and a study is not for that


def search_flow(bench: Bench) -> None:
    """Run trials until the study has enough."""
    name = bench.study.study_name
    _BENCH[name] = bench
    runner: Any = ThreadPoolTaskRunner(max_workers=bench.search.jobs)
    named = _search.with_options(flow_run_name=name, task_runner=runner)
    named(name, bench.search.trials, bench.search.jobs)


@flow(name="search", persist_result=False)
def _search(study: str, trials: int, jobs: int) -> str:  # noqa: ARG001 - shown by Prefect
    """Start a task for each trial.

    Args:
        study: its full name.
        trials: of it in all.
        jobs: at a time.
    """
    bench = _BENCH[study]
    search.all_trials(bench, lambda given: _start(bench, given))
    best = bench.findings()["best"]
    return f"best: trial {best}" if best is not None else "no trial came to its end"


def _start(bench: Bench, given: Any) -> "_Work":
    """Begin a trial in a thread of its own."""
    name = bench.named(given.number)
    _GIVEN[name] = given
    return _Work(
        _trial.with_options(task_run_name=f"trial {given.number}").submit(
            bench.study.study_name, name
        )
    )


_GIVEN: dict[str, Any] = {}


@dataclass(frozen=True)
class _Work:
    """A trial under way."""

    future: PrefectFuture[Any]

    def is_done(self) -> bool:
        """Tell whether it has ended."""
        return self.future.state.is_final()

    def ended(self) -> Ended:
        """Return how; a mistake of ours is raised."""
        found = self.future.result(raise_on_failure=False)
        if isinstance(found, BaseException):
            raise found
        return Ended(**found)


@task(name="trial", cache_policy=NO_CACHE, persist_result=False)
def _trial(study: str, name: str) -> State[Any]:
    """Run a trial; the state's name says how it ended."""
    bench, given, log = _BENCH[study], _GIVEN.pop(name), get_run_logger()

    def on_line(line: str) -> None:
        search.say(given.number, line)
        log.info("%s", line)

    ended = search.one_trial(bench, given, on_line)
    score = "" if ended.value is None else f" with {bench.measured.metric} {ended.value:.4g}"
    on_line(f"{ended.how.lower()}{score}{': ' if ended.reason else ''}{ended.reason}")
    data = {"how": ended.how, "value": ended.value, "reason": ended.reason}
    if ended.how == "Failed":
        return Failed(message=ended.reason, data=data)
    return Completed(name=ended.how, data=data)
