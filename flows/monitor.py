"""The monitor: looks at what has come in, keeps what it found, and calls for a retrain.

tunesmith monitor             # look and print; nothing is kept
tunesmith monitor --deliver   # what the deployment does: keep it in git, and call
"""

import sys
from typing import Any

from prefect import flow
from prefect.artifacts import create_table_artifact
from prefect.client.schemas.objects import State
from prefect.events import emit_event
from prefect.logging import get_run_logger
from prefect.runtime import flow_run
from prefect.states import Cancelled, Completed, Failed

from flows import run_branch, workcopy
from flows.console import side_rows
from flows.deliver import KEPT_HERE
from flows.feedback_round import files_of, forget_unfinished
from flows.incoming import (
    HISTORY,
    LOOKS,
    bring,
    examine,
    take_in,
)
from flows.notify import tell_of_failure
from flows.pipeline import hand_in_records
from flows.run_branch import Run, abandoned_if_refused, begin
from tunesmith.errors import UserError
from tunesmith.monitor import MonitorParams
from tunesmith.monitor.history import Look, has_news, record
from tunesmith.monitor.words import NOTHING, STEADY, crossed, verdict, waiting

RESOURCE = "tunesmith.monitor"


@flow(
    name="monitor",
    persist_result=False,
    on_failure=[tell_of_failure],
    on_crashed=[tell_of_failure],
)
def monitor(notify: str | None = None) -> State[Any]:  # noqa: ARG001 - tell_of_failure reads it
    """Look once; keep what was found on main, and emit an event if a limit was crossed.

    Answered rows are taken in as a round of feedback first, so that the retrain which the event
    starts has them to learn from.

    Args:
        notify: the block to tell of a failure, `webhook/NAME`; by default what TUNESMITH_WEBHOOK
            names.

    Returns:
        a state named `Nothing new`, `Steady`, `Drift`, `Decay`, Cancelled if another run is under
        way in this clone, or Failed with the reason.
    """
    try:
        with workcopy.claimed():
            workcopy.check()
            run = begin()
            with abandoned_if_refused(run):
                forget_unfinished()
                found = _look()
            if found is None or not found["files"]:
                run_branch.abandon(run)
                return Completed(name="Nothing new", message=waiting(found) if found else NOTHING)
            told = keep(run, found)
    except workcopy.Busy as error:
        return Cancelled(message=str(error))
    except UserError as error:
        get_run_logger().error("%s", error)
        return Failed(message=str(error))
    word = verdict(found)
    create_table_artifact(key="monitor", table=side_rows(found), description=told)
    if word != STEADY:
        emit_event(
            event=f"tunesmith.{word.lower()}",
            resource={"prefect.resource.id": RESOURCE, "prefect.resource.name": "monitor"},
            payload={"told": told, "sides": found["sides"]},
        )
    return Completed(name=word, message=told)


def _look() -> Look | None:
    """Look if there is a file that no look has seen; what a look reads is brought first."""
    if not has_news(MonitorParams.read("monitor"), LOOKS):
        return None
    bring()
    return examine(on_line=get_run_logger().info)


def keep(run: Run, found: Look) -> str:
    """Commit what was found and the round that is made of it, and share both.

    Returns:
        in words, what was found and what became of it.

    Raises:
        UserError: it could not be shared; main is as it was, and the next look sees it again.
    """
    try:
        told, shared = _committed(found), KEPT_HERE
        if run_branch.push_data(run):
            shared = run_branch.share(run, done=True)
    except UserError:
        run_branch.end(run, done=False)
        forget_unfinished()
        raise
    run_branch.end(run, done=True)
    return f"{told}, {shared}"


def _committed(found: Look) -> str:
    """Commit what was found, and the round that is made of it; return both in words."""
    word = verdict(found)
    taken = take_in() if word != STEADY else None
    number = record(found, LOOKS, HISTORY)
    words = [f"look {number}: {word.lower()}", *crossed(found)]
    if word != STEADY:
        words.append(f"{taken} to learn from" if taken else "no answered rows to learn from")
    trailers = {"Prefect-Run": str(flow_run.id), "Look": str(number)}
    trailers |= {"Round": taken.name} if taken else {}
    beside = (str(LOOKS), str(HISTORY), *(files_of(taken) if taken else ()))
    run_branch.keep((), f"Look {number}: {word.lower()}", trailers, beside)
    return ", ".join(words)


def deliver_look() -> int:
    """Run the flow from the command line; return the exit code: 0 looked, 1 it failed."""
    state = monitor(return_state=True)
    hand_in_records()
    print(state.message, file=sys.stderr if state.is_failed() else sys.stdout)
    return int(state.is_failed())
