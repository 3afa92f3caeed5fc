"""The doctor's look at a Prefect server: its version and clock, pools, workers and deployments."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.finding import Finding
from tunesmith.errors import UserError
from tunesmith.params import load_yaml

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.responses import DeploymentResponse

POOLS = ("cpu", "gpu")
DEPLOYMENTS = Path("prefect.yaml")
DEPLOY = "prefect --no-prompt deploy --all (`make ui` does so)"
SKEW_SECONDS = 30.0


def look(url: str) -> Iterator[Finding]:
    """Look at the server at `url`, which answers."""
    import httpx
    from prefect.client.orchestration import get_client

    now = datetime.now(UTC)
    try:
        with get_client(sync_client=True) as client:
            yield _version(client, url)
            yield from _clock(client)
            for pool in POOLS:
                yield _pool(client, pool, now)
            for entry in _entries():
                yield _deployment(client, entry)
    except (httpx.HTTPError, OSError) as error:
        raise UserError(f"{url}: {error or type(error).__name__}") from None


def _version(client: "SyncPrefectClient", url: str) -> Finding:
    """The server's version against that of the client here."""
    import prefect

    here, there = prefect.__version__, client.api_version()
    if here == there:
        return Finding("well", "Prefect", f"{url}, {there}")
    words = f"{url} has {there}, here is {here}"
    fix = f"pip install prefect=={here} where the server runs, then start it again"
    return Finding("note" if _minor(here) == _minor(there) else "wrong", "Prefect", words, fix)


def _minor(version: str) -> list[str]:
    """Return what two versions must share to understand each other."""
    return version.split(".")[:2]


def _clock(client: "SyncPrefectClient") -> Iterator[Finding]:
    """This machine's clock against the server's: schedules and heartbeats go by the latter."""
    before = time.time()
    date = client.hello().headers.get("Date")
    if date is None:
        return
    here = (before + time.time()) / 2
    skew = here - parsedate_to_datetime(date).timestamp()
    if abs(skew) > SKEW_SECONDS:
        way = "ahead of" if skew > 0 else "behind"
        words = f"{abs(skew):,.0f} seconds {way} the server's"
        yield Finding("wrong", "clock", words, "timedatectl set-ntp true, on both machines")
    else:
        yield Finding("well", "clock", "agrees with the server's")


def _pool(client: "SyncPrefectClient", name: str, now: datetime) -> Finding:
    """A work pool, and who works for it."""
    from prefect.exceptions import ObjectNotFound

    what = f"pool {name}"
    try:
        pool = client.read_work_pool(name)
    except ObjectNotFound:
        fix = f"prefect work-pool create --type process {name}"
        return Finding("note", what, "none: its stages run where the flow runs", fix)
    if pool.is_paused:
        return Finding("wrong", what, "paused", f"prefect work-pool resume {name}")
    workers = client.read_workers_for_work_pool(name)
    alive = [one for one in workers if one.status == "ONLINE"]
    words = "; ".join(
        f"{one.name}, {_ago(one.last_heartbeat_time, now)}" for one in alive or workers
    )
    if alive:
        return Finding("well", what, words)
    fix = f"prefect worker start --pool {name}, on the machine that is to work"
    return Finding("wrong", what, f"no worker is alive (last: {words or 'none ever'})", fix)


def _is_pool(client: "SyncPrefectClient", name: str) -> bool:
    """Tell whether the server has a pool of that name."""
    from prefect.exceptions import ObjectNotFound

    try:
        client.read_work_pool(name)
    except ObjectNotFound:
        return False
    return True


def _ago(when: datetime | None, now: datetime) -> str:
    """Return how long ago a worker was heard of."""
    if when is None:
        return "never heard of"
    seconds = max((now - when).total_seconds(), 0)
    if seconds < 120:
        return f"heard of {seconds:.0f} s ago"
    return f"heard of {seconds / 60:,.0f} min ago" if seconds < 7200 else f"since {when:%F %R} UTC"


def _entries() -> list[dict[str, Any]]:
    """Return the deployments that the project has."""
    tree = load_yaml(DEPLOYMENTS) if DEPLOYMENTS.exists() else {}
    return list(tree.get("deployments", []))


def _deployment(client: "SyncPrefectClient", entry: dict[str, Any]) -> Finding:
    """A deployment, and whether it is on the server."""
    from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterName

    name = str(entry["name"])
    what = f"deployment {name}"
    wanted = DeploymentFilter(name=DeploymentFilterName(any_=[name]))
    found = client.read_deployments(deployment_filter=wanted)
    if found:
        return _schedule(client, entry, found[0])
    pool = entry.get("work_pool", {}).get("name")
    if pool and not _is_pool(client, pool):
        return Finding("note", what, f"not on this server, nor is pool {pool}, which it is for")
    return Finding("wrong", what, "not on this server", DEPLOY)


def _schedule(
    client: "SyncPrefectClient", entry: dict[str, Any], one: "DeploymentResponse"
) -> Finding:
    """When a deployment that is on the server runs next."""
    what = f"deployment {one.name}"
    if one.paused:
        return Finding("wrong", what, "paused", "resume it on its page, or deploy again: " + DEPLOY)
    if not any(schedule.get("active", True) for schedule in entry.get("schedules", ())):
        how = "an event starts it" if "triggers" in entry else "it runs when it is asked to"
        return Finding("well", what, f"{how}; prefect.yaml gives it no active schedule")
    if not any(schedule.active for schedule in one.schedules):
        return Finding("note", what, "no schedule is active: it runs when asked to", DEPLOY)
    when = _next_run(client, one)
    if when is None:
        words = "its schedule is active, but no run is planned"
        return Finding("wrong", what, words, "look for errors in .work/prefect-ui/server.log")
    return Finding("well", what, f"next run {when:%F %R} UTC")


def _next_run(client: "SyncPrefectClient", one: "DeploymentResponse") -> datetime | None:
    """Return when a deployment runs next."""
    from prefect.client.schemas.filters import (
        DeploymentFilter,
        DeploymentFilterId,
        FlowRunFilter,
        FlowRunFilterState,
        FlowRunFilterStateType,
    )
    from prefect.client.schemas.objects import StateType
    from prefect.client.schemas.sorting import FlowRunSort

    planned = client.read_flow_runs(
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[one.id])),
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED]))
        ),
        sort=FlowRunSort.EXPECTED_START_TIME_ASC,
        limit=1,
    )
    return planned[0].expected_start_time if planned else None
