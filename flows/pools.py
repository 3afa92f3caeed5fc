"""Decides where a stage runs: with a worker of the pool that its `meta` names, or here."""

from collections.abc import Callable
from datetime import UTC, datetime

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import WorkPool
from prefect.exceptions import ObjectNotFound

from flows import remote
from flows.dag import HERE, PlannedStage
from flows.patience import patiently
from flows.repository import has_origin
from flows.run_branch import Run
from flows.runner import StageFailed


def pool_for(stage: PlannedStage, run: Run | None, say: Callable[[str], None]) -> str | None:
    """Return the pool whose workers are to run a stage; None if this machine is, saying why.

    Raises:
        StageFailed: the pool is there, and nobody works for it; or the server does not answer.
    """
    pool = stage.meta.pool
    if pool == HERE:
        return None
    if run is None:  # nobody is asked: it would be this machine whatever Prefect says
        say(f"pool {pool} takes the stages of delivered runs: it runs on this machine")
        return None
    with get_client(sync_client=True) as client:
        try:
            return patiently(lambda: _asked(client, stage, pool, say))
        except (httpx.HTTPError, RuntimeError) as error:
            raise StageFailed(
                stage.name, f"Prefect does not say who works for pool {pool} ({error}); run again"
            ) from None


def _asked(
    client: SyncPrefectClient, stage: PlannedStage, pool: str, say: Callable[[str], None]
) -> str | None:
    """Ask the server.

    Raises:
        StageFailed: the pool is paused, or nobody polls it.
    """
    try:
        found = client.read_work_pool(pool)
    except ObjectNotFound:
        say(f"no pool {pool} on this server: it runs on this machine")
        return None
    if not has_origin() or remote.default() is None:
        say(f"pool {pool} is reached by origin and a DVC remote: it runs on this machine")
        return None
    if refusal := idle(client, found):
        raise StageFailed(stage.name, refusal)
    return pool


def idle(client: SyncPrefectClient, pool: WorkPool) -> str | None:
    """Say why nobody takes what is given to a pool, None if somebody does."""
    if pool.is_paused:
        return f"pool {pool.name} is paused; `prefect work-pool resume {pool.name}`"
    return None if is_polled(client, pool.name) else nobody_polls(client, pool.name)


def is_polled(client: SyncPrefectClient, pool: str) -> bool:
    """Tell whether a worker of the pool is alive."""
    return any(worker.status == "ONLINE" for worker in client.read_workers_for_work_pool(pool))


def nobody_polls(client: SyncPrefectClient, pool: str) -> str:
    """Say since when no worker has polled a pool, and what to do."""
    beats = [worker.last_heartbeat_time for worker in client.read_workers_for_work_pool(pool)]
    last = max((beat for beat in beats if beat is not None), default=None)
    since = f"for {_age(last)}" if last else "so far"
    return (
        f"no worker has polled pool {pool} {since}; start one on its machine "
        f"(`prefect worker start --pool {pool}`), or delete the pool to run its stages here"
    )


def _age(then: datetime) -> str:
    """Return how long ago that was."""
    seconds = max(0.0, (datetime.now(UTC) - then).total_seconds())
    return f"{seconds:.0f} seconds" if seconds < 120 else f"{seconds / 60:.0f} minutes"
