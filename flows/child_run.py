"""Runs a stage in a worker's pool as a child run, and follows it to its end."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn
from uuid import UUID

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import LogFilter, LogFilterFlowRunId
from prefect.client.schemas.objects import State
from prefect.deployments import run_deployment
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Cancelling, Crashed

from flows import hand_over
from flows.dag import PlannedStage
from flows.hand_over import answer_of
from flows.patience import patiently
from flows.pools import is_polled, nobody_polls
from flows.run_branch import Run
from flows.runner import Outcome, StageFailed
from tunesmith.errors import UserError

FLOW = "stage-on-worker"
POLL_SECONDS = 1.0
SILENCE_SECONDS = 120.0  # a worker's run says something at least every `on_worker.BEAT_SECONDS`
PAGE = 200


def run_in_pool(
    pool: str, stage: PlannedStage, plan: list[PlannedStage], run: Run, say: Callable[[str], None]
) -> Outcome:
    """Let a worker run a stage, and take its answer.

    Args:
        pool: that it polls.
        stage: to be run.
        plan: what this run may have written before it.
        run: on whose branch it happens.
        say: is given each line that the stage prints there.

    Raises:
        StageFailed: it failed there, nobody works for the pool, its worker went silent, its answer
            was refused, or Prefect was away too long.
    """
    try:
        rev = hand_over.send(run, stage, plan)
        child = _start(pool, stage, run.name, rev)
        state = _Child(child, pool, stage.name, say).ended()
        if not state.is_completed():
            raise StageFailed(stage.name, state.message or f"{state.name} in pool {pool}")
        hand_over.take(stage, answer_of(run.name, str(child)))
    except UserError as error:
        raise StageFailed(stage.name, str(error)) from None
    except httpx.HTTPError as error:
        raise StageFailed(stage.name, f"Prefect does not answer ({error}); run again") from None
    return Outcome(str(state.name))


def _start(pool: str, stage: PlannedStage, name: str, rev: str) -> UUID:
    """Create the child run, which a worker will pick up.

    Raises:
        StageFailed: the server has no deployment for it.
    """
    deployment = f"{FLOW}/{pool}-stage"
    parameters = {"stage": stage.model_dump(mode="json"), "name": name, "rev": rev}
    try:
        child: Any = run_deployment(
            deployment, parameters=parameters, timeout=0, flow_run_name=f"{stage.name} in {pool}"
        )
    except ObjectNotFound:
        raise StageFailed(
            stage.name,
            f"pool {pool} has no deployment {deployment}; `prefect deploy --all` makes it, "
            "or delete the pool to run its stages here",
        ) from None
    return UUID(str(child.id))


@dataclass
class _Child:
    """A child run that is followed to its end."""

    id: UUID
    pool: str
    stage: str
    say: Callable[[str], None]
    seen: int = 0  # lines of its log

    def ended(self) -> State[Any]:
        """Pass on what the child run says until it ends; it is cancelled if this is broken off.

        Raises:
            StageFailed: nobody is left to take it, or it has been silent too long.
            httpx.HTTPError: Prefect was away too long; the child run goes on by itself.
        """
        with get_client(sync_client=True) as client:
            try:
                return self._follow(client)
            except (StageFailed, httpx.HTTPError):
                raise
            except BaseException:
                with suppress(httpx.HTTPError):
                    client.set_flow_run_state(self.id, Cancelling())
                raise

    def _follow(self, client: SyncPrefectClient) -> State[Any]:
        """Look every second until it has ended and everything it said was passed on.

        Only looks that were answered count as silence: while Prefect is away nothing can be heard.
        """
        silent = 0.0
        while True:
            state = patiently(lambda: client.read_flow_run(self.id).state)
            assert state is not None
            is_heard = self._pass_on(client) or not state.is_running()
            silent = 0.0 if is_heard else silent + POLL_SECONDS
            if state.is_final():
                time.sleep(POLL_SECONDS)  # its last lines come after its state
                while self._pass_on(client):
                    continue
                return state
            if not state.is_running() and not patiently(lambda: is_polled(client, self.pool)):
                self._give_up(client, Cancelled, nobody_polls(client, self.pool))
            if silent > SILENCE_SECONDS:
                words = f"its worker has been silent for {SILENCE_SECONDS:.0f} seconds; given up"
                self._give_up(client, Crashed, words)
            time.sleep(POLL_SECONDS)

    def _give_up(
        self, client: SyncPrefectClient, state: Callable[..., State[Any]], why: str
    ) -> NoReturn:
        """End the child run at the server, so that its place is free."""
        patiently(lambda: client.set_flow_run_state(self.id, state(message=why), force=True))
        raise StageFailed(self.stage, why)

    def _pass_on(self, client: SyncPrefectClient) -> bool:
        """Say what the stage has printed since, and tell whether there was any news."""
        of_child = LogFilter(flow_run_id=LogFilterFlowRunId(any_=[self.id]))
        news = patiently(lambda: client.read_logs(of_child, limit=PAGE, offset=self.seen))
        self.seen += len(news)
        mark = f"{self.stage} | "
        for log in news:
            if log.message.startswith(mark):
                self.say(log.message.removeprefix(mark))
        return bool(news)
