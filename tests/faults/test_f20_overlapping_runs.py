"""F20: a scheduled run comes due while one is under way."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from flows import workcopy
from tests.flows.conftest import call

pytestmark = [pytest.mark.fault, pytest.mark.flow]


async def two_runs(url: str, limit: dict[str, Any]) -> tuple[list[str], str]:
    """Offer a worker two runs of a deployment at once; return how each is listed, and why.

    A third is offered when the first has ended.
    """
    from prefect import flow
    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, State
    from prefect.states import Completed, Pending, Running
    from prefect.utilities.engine import propose_state

    async with PrefectClient(url) as client:

        async def offer(number: int) -> State[Any]:
            run = await client.create_flow_run_from_deployment(deployment, name=f"run {number}")
            runs.append(run.id)
            return await propose_state(client, Pending(), flow_run_id=run.id)

        flow_id = await client.create_flow(flow(name="overlapping")(lambda: None))
        config = ConcurrencyLimitConfig.model_validate(limit)
        deployment = await client.create_deployment(
            flow_id,
            "overlapping",
            concurrency_limit=config.limit,
            concurrency_options={"collision_strategy": config.collision_strategy},
        )
        runs: list[Any] = []
        await offer(1)
        await propose_state(client, Running(), flow_run_id=runs[0])
        refused = await offer(2)
        await propose_state(client, Completed(), flow_run_id=runs[0])
        await offer(3)
        listed = [(await client.read_flow_run(run)).state_name or "" for run in runs]
        return listed, refused.message or ""


def test_f20_what_comes_while_a_run_is_under_way_is_cancelled_and_listed_as_such(
    root: Path, api: str, seen: Callable[..., None]
) -> None:
    deployments = YAML(typ="safe").load((root / "prefect.yaml").read_text())["deployments"]
    in_the_clone = [one for one in deployments if one["work_pool"]["name"] == "cpu"]
    limits = [deployment["concurrency_limit"] for deployment in in_the_clone]
    assert len(limits) >= 2
    assert limits == [{"limit": 1, "collision_strategy": "CANCEL_NEW"}] * len(limits)
    listed, why = asyncio.run(two_runs(api, limits[0]))
    assert listed == ["Completed", "Cancelled", "Pending"]
    assert "concurrency limit" in why
    seen("the second run is listed as Cancelled, with the reason; the next one starts")


SCHEDULED = """
from flows.scheduled import scheduled
state = scheduled(return_state=True)
print(state.name, state.message, sep=": ")
"""


def test_f20_two_deployments_that_come_due_together_do_not_share_the_clone(
    finished: Path, api: str, monkeypatch: pytest.MonkeyPatch, seen: Callable[..., None]
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", api)
    with workcopy.claimed():
        command = [sys.executable, "-c", SCHEDULED]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.stdout.startswith("Cancelled: another retrain is running in this working copy")
    assert "runs/" not in call("git", "branch")
    seen("the run of the other deployment is listed as Cancelled, with the reason")
