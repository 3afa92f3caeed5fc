"""Asks a person whether the model that the gate ships takes the champion's place.

With a Prefect server the run pauses there, with the verdict beside the two answers; the process
waits, so nothing has to be brought back when the answer comes. Without one the terminal is asked.
Suspending would end the process, but Prefect suspends neither a flow inside another nor one
without a deployment.
"""

import os
import re
import select
import sys
import time
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from pydantic import PositiveFloat

from flows.server import is_own
from tunesmith.component import Component
from tunesmith.errors import UserError

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

Answer = Literal["approved", "refused", "expired"]
Word = Literal["approve", "refuse"]
POLL_SECONDS = 2.0
GRACE_SECONDS = 3600  # after our own patience: Prefect would fail a run that it gives up
_ANSWERS: dict[str, Answer] = {"approve": "approved", "refuse": "refused"}
_SAID: dict[str, Answer] = {"yes": "approved", "y": "approved", "是": "approved",
                            "no": "refused", "n": "refused", "否": "refused"}  # fmt: skip


class Approval(Component):
    """Whether a person is asked, and how long the run waits for the answer."""

    hours: PositiveFloat = 24.0


def check() -> None:
    """Refuse to work for hours towards a question that nobody sees.

    Raises:
        UserError: neither a Prefect server nor a terminal.
    """
    if is_own() and not sys.stdin.isatty():
        raise UserError(
            "nobody to ask; name a Prefect server in PREFECT_API_URL, or run in a terminal"
        )


def ask(question: str, approval: Approval) -> Answer:
    """Return the answer, or `expired` when nobody gave one in time.

    Raises:
        UserError: the run was cancelled meanwhile.
    """
    seconds = approval.hours * 3600
    return _at_the_terminal(question, seconds) if is_own() else _on_the_server(question, seconds)


def _at_the_terminal(question: str, seconds: float) -> Answer:
    """Print the question, without Markdown's escapes, and read lines until one is an answer."""
    print(re.sub(r"\\(\S)", r"\1", question), flush=True)
    ended = time.monotonic() + seconds
    while True:
        print("Promote it? [yes/no] ", end="", flush=True)
        ready, _, _ = select.select([sys.stdin], [], [], max(ended - time.monotonic(), 0.0))
        said = os.read(sys.stdin.fileno(), 4096) if ready else b""
        if not said:
            return "expired"
        if answer := _SAID.get(said.decode("utf-8", "replace").strip().lower()):
            return answer


def _on_the_server(question: str, seconds: float) -> Answer:
    """Pause this flow run until it is resumed with an answer.

    A server that does not answer for a while is asked again; the pause is in its database.
    """
    import httpx
    from prefect.client.orchestration import get_client
    from prefect.runtime import flow_run

    run = UUID(str(flow_run.id))
    with get_client(sync_client=True) as client:
        form, keys = _pause(client, run, question, seconds)
        ended = time.monotonic() + seconds
        while True:
            is_over = time.monotonic() > ended
            try:
                if is_over and _expire(client, run):
                    return "expired"
                if _is_resumed(client, run):
                    return _ANSWERS[form.load(keys, flow_run_id=run).answer]
            except httpx.HTTPError:
                if is_over:
                    return "expired"
            time.sleep(POLL_SECONDS)


def _pause(client: "SyncPrefectClient", run: UUID, question: str, seconds: float) -> Any:
    """Pause the run with a form that has two answers; return the form and the keys of its input."""
    from prefect.input import RunInput, keyset_from_paused_state
    from prefect.states import Paused

    class Decision(RunInput):
        """What a person says of a model that the gate ships."""

        answer: Word

    form: Any = Decision.with_initial_data(description=question)
    state: Any = Paused(timeout_seconds=int(seconds) + GRACE_SECONDS, pause_key="approval")
    keys = keyset_from_paused_state(state)
    state.state_details.run_input_keyset = keys
    form.save(keys, flow_run_id=run)
    client.set_flow_run_state(run, state)
    return form, keys


def _is_resumed(client: "SyncPrefectClient", run: UUID) -> bool:
    """Tell whether somebody has answered.

    Raises:
        UserError: the run was cancelled instead.
    """
    state = client.read_flow_run(run).state
    assert state is not None
    if state.is_running():
        return True
    if state.is_paused():
        return False
    raise UserError(f"the run was ended while it waited for approval ({state.name})")


def _expire(client: "SyncPrefectClient", run: UUID) -> bool:
    """Answer in place of who did not; False if somebody was faster."""
    from prefect.client.schemas.responses import SetStateStatus

    done = client.resume_flow_run(run, run_input={"answer": "refuse"})
    return done.status == SetStateStatus.ACCEPT


def answer(name: str, word: Word) -> str:
    """Answer for the run of that name, which waits on the server; return what was done.

    Raises:
        UserError: no server is named, it does not answer, no such run waits, or its process is
            gone.
    """
    if "PREFECT_API_URL" not in os.environ:
        raise UserError("PREFECT_API_URL: not set; name the server on which the run waits")
    from flows.server import prefect_api

    with prefect_api():
        from prefect.client.orchestration import get_client

        with get_client(sync_client=True) as client:
            waiting = {run.name: run for run in _waiting(client)}
            if name not in waiting:
                known = ", ".join(waiting) or "none"
                raise UserError(f"no run {name} waits for approval; there are: {known}")
            _check_alive(client, waiting[name])
            done = client.resume_flow_run(waiting[name].id, run_input={"answer": word})
    if str(done.status.value) != "ACCEPT":
        raise UserError(f"{name} does not wait any more; see its page")
    return f"{_ANSWERS[word]}: {name} goes on"


def _waiting(client: "SyncPrefectClient") -> list[Any]:
    """Return the runs that wait for an answer."""
    from prefect.client.schemas.filters import (
        FlowRunFilter,
        FlowRunFilterState,
        FlowRunFilterStateType,
    )
    from prefect.client.schemas.objects import StateType

    paused = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.PAUSED]))
    return list(client.read_flow_runs(flow_run_filter=FlowRunFilter(state=paused)))


def _check_alive(client: "SyncPrefectClient", run: Any) -> None:
    """Refuse to answer for a run whose process a worker has found dead.

    Raises:
        UserError: with the way out.
    """
    if run.parent_task_run_id is None:
        return
    outer = client.read_task_run(run.parent_task_run_id).flow_run_id
    state = client.read_flow_run(outer).state if outer else None
    if state is not None and state.is_final():
        raise UserError(
            f"the process of {run.name} has ended ({state.name}); its model and its branch are "
            "kept, and the next run asks again"
        )
