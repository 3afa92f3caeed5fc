"""A run that a worker of a pool is to make: how it is asked for, and followed to its end."""

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

from flows.patience import patiently
from flows.pools import is_polled, nobody_polls
from flows.runner import StageFailed

POLL_SECONDS = 1.0
SILENCE_SECONDS = 120.0  # a worker's run says something at least every `at_work.BEAT_SECONDS`
PAGE = 200


def begin(pool: str, deployment: str, stage: str, parameters: dict[str, Any], name: str) -> UUID:
    """Create a run, which a worker of the pool will pick up; return its id.

    Args:
        pool: that is asked.
        deployment: `FLOW/NAME`.
        stage: that it is about, for errors.
        parameters: of the flow, as JSON has them.
        name: of the run in Prefect's pages.

    Raises:
        StageFailed: the server has no deployment for it.
    """
    try:
        made: Any = run_deployment(deployment, parameters=parameters, timeout=0, flow_run_name=name)
    except ObjectNotFound:
        raise StageFailed(
            stage,
            f"pool {pool} has no deployment {deployment}; `prefect deploy --all` makes it, "
            "or delete the pool to run its stages here",
        ) from None
    return UUID(str(made.id))


@dataclass
class Child:
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
