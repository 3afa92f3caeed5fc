"""What a worker of a pool runs: one stage, from the exact commit it was handed over with."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from flows import hand_over, workcopy
from flows.dag import PlannedStage
from flows.runner import Outcome, StageFailed, reproduce
from tunesmith.errors import UserError

BEAT_SECONDS = 20.0


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
    with _telling(stage.name) as say, _ended_with_parent():
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
    _check_wanted()
    answer = hand_over.answer_of(name, str(flow_run.id))
    hand_over.give_back(stage, answer, {"Prefect-Run": str(flow_run.id)})
    return outcome


def _check_wanted() -> None:
    """Refuse to answer a run that no longer waits for it."""
    with get_client(sync_client=True) as client:
        state = client.read_flow_run(flow_run.id).state
    if state is None or not state.is_running():
        raise UserError("this run was given up meanwhile; its outputs are kept in DVC's cache here")


@contextmanager
def _telling(stage: str) -> Iterator[Callable[[str], None]]:
    """Give a way to log the stage's lines, and say so regularly when there are none.

    Who waits for this run takes a long silence for its end.
    """
    log, over = get_run_logger(), threading.Event()
    last = time.monotonic()

    def say(line: str) -> None:
        nonlocal last
        last = time.monotonic()
        log.info("%s | %s", stage, line)

    def beat() -> None:
        while not over.wait(1.0):
            if time.monotonic() - last > BEAT_SECONDS:
                say("still at it")

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield say
    finally:
        over.set()
        thread.join()


@contextmanager
def _ended_with_parent() -> Iterator[None]:
    """End this run when the worker that started it is gone: nobody could cancel it any more."""
    parent, over = os.getppid(), threading.Event()

    def watch() -> None:
        while not over.wait(1.0):
            if os.getppid() != parent:
                os.kill(os.getpid(), signal.SIGTERM)
                return

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        over.set()
