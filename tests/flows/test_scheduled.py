"""The schedule fires by itself: server, deployment, worker and run, as `make ui` starts them."""

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
import pytest
from ruamel.yaml import YAML

from tests.conftest import ROOT
from tests.flows.conftest import TRAIN, Webhook, call
from tests.flows.served import Ask, asking, everything, wait_for
from tests.flows.toy import gone_within, running

TOY = """\
import flows.scheduled as module

module.read_dials = lambda: None  # the toy's params.yaml is none of ours
scheduled = module.scheduled
"""


@pytest.fixture(scope="module")
def project(delivery_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project that delivers, with our deployments, one of which looks every few seconds."""
    place = tmp_path_factory.mktemp("by-itself") / "place"
    shutil.copytree(delivery_template, place, symlinks=True)
    with chdir(place / "clone"):
        deploy()
        yield place / "clone"


def deploy() -> None:
    """Write and push deployments like ours for the project of the current folder."""
    deployments = YAML(typ="safe").load((ROOT / "prefect.yaml").read_text())
    for one in deployments["deployments"]:
        one["entrypoint"] = "toy.py:scheduled"
    deployments["deployments"][1]["schedules"] = [{"interval": 20, "active": True}]
    deployments["deployments"][1]["parameters"] = {"only_if": ["train"]}
    with Path("prefect.yaml").open("w") as file:
        YAML(typ="safe").dump(deployments, file)
    Path("toy.py").write_text(TOY)
    call("git", "add", "-A")
    call("git", "commit", "-qm", "Deploy")
    call("git", "push", "-q", "origin", "main")


@pytest.fixture(scope="module")
def team() -> Iterator[Webhook]:
    """A team's webhook, which every run of this file tells."""
    hook = Webhook()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1")
        patch.setenv("TUNESMITH_WEBHOOK", hook.url)
        yield hook
    hook.close()


@pytest.fixture(scope="module")
def api(project: Path, team: Webhook) -> Iterator[Ask]:
    """Ask the API of `make ui`."""
    with everything() as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_API_URL", url)
        yield asking(url)


def runs(ask: Ask, *states: str) -> list[dict[str, Any]]:
    query = {"flow_runs": {"state": {"name": {"any_": list(states)}}}, "sort": "START_TIME_ASC"}
    return list(ask("flow_runs/filter", query))


def errors() -> list[str]:
    """Return the errors in the server's log.

    SQLite refuses who has read and writes while another wrote: a worker that meets that asks
    again, so it is none.
    """
    text = Path(".work/prefect-ui/server.log").read_text()
    records = re.split(r"(?m)^(?=\d\d:\d\d:\d\d\.\d{3} \| )", text)
    found = [one for one in records if "| ERROR" in one or "| CRITICAL" in one]
    return [one for one in found if "database is locked" not in one]


def at_rest() -> bool:
    """Tell whether main is checked out, as it was committed: no run is at work just now."""
    at = call("git", "branch", "--show-current").strip()
    return at == "main" and call("git", "--no-optional-locks", "status", "--porcelain") == ""


def push(name: str, text: str) -> None:
    """Change a file from a clone of somebody else's, and push it."""
    with TemporaryDirectory() as folder:
        call("git", "clone", "-q", "../origin.git", folder)
        Path(folder, name).write_text(text)
        call("git", "-C", folder, "commit", "-qam", f"Change {name}")
        call("git", "-C", folder, "push", "-q")


def doctor() -> str:
    """Return what the doctor says of the server."""
    script = (
        "import os, sys\nfrom flows.doctor import show\nfrom flows.doctor_server import look\n"
        "sys.exit(show(list(look(os.environ['PREFECT_API_URL']))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True
    )
    assert done.returncode in {0, 1}, done.stderr
    return " ".join(done.stdout.split())


@pytest.mark.fault
@pytest.mark.flow
def test_f1_the_schedule_fires_and_what_it_makes_is_delivered(
    project: Path, api: Ask, team: Webhook, seen: Callable[..., None]
) -> None:
    wait_for(lambda: runs(api, "Completed"))
    assert json.loads(Path("champion.json").read_text())["tag"] == "adapter@v0.1.0"
    wait_for(lambda: runs(api, "Nothing new"))
    assert not runs(api, "Failed", "Crashed")
    wait_for(at_rest)
    kept = {one["key"]: one for one in api("artifacts/filter", {"sort": "UPDATED_DESC"})}
    assert [row["stage"] for row in json.loads(kept["stages"]["data"])] == [
        "train", "champion", "gate",
    ]  # fmt: skip
    assert "promoted as adapter@v0.1.0" in kept["stages"]["description"]
    assert kept["verdict"]["data"].startswith("# SHIP\n\n- as the rows say\n")
    [told] = team.bodies
    assert (told["verdict"], told["tag"]) == ("SHIP", "adapter@v0.1.0")
    assert "s3cret" not in "".join(one["message"] for one in api("logs/filter", {}))
    assert errors() == []
    seen("fired by itself, delivered, then `Nothing new`; no error in the server's log")


@pytest.mark.fault
@pytest.mark.flow
def test_f4_a_run_cancelled_in_prefect_ends_with_its_stage_and_the_next_run_goes_on(
    project: Path, api: Ask, seen: Callable[..., None]
) -> None:
    wait_for(lambda: runs(api, "Completed", "Nothing new") and at_rest())
    before = Path("dvc.lock").read_bytes()
    done = {run["id"] for run in runs(api, "Completed")}
    push("train.sh", "sleep 600\n")
    (stage,) = wait_for(lambda: running("train.sh"))
    family = [stage, *up_to_the_worker(stage)]
    push("train.sh", f"{TRAIN}# otherwise as before\n")  # what the next run finds
    (run,) = [run for run in runs(api, "Running") if run["deployment_id"]]
    api(f"flow_runs/{run['id']}/set_state", {"state": {"type": "CANCELLING"}})
    cancelled = time.monotonic()
    assert gone_within(60.0, family)
    seconds = time.monotonic() - cancelled
    assert Path("dvc.lock").read_bytes() == before
    wait_for(lambda: run["id"] in {one["id"] for one in runs(api, "Cancelled")})
    wait_for(lambda: {run["id"] for run in runs(api, "Completed")} - done)
    wait_for(at_rest)
    assert Path("models/sft/weights.txt").read_text() == "first\n"
    assert Path("train.sh").read_text().endswith("# otherwise as before\n")
    assert Path("dvc.lock").read_bytes() != before
    seen(f"Cancelled; all its processes gone after {seconds:.1f} s; the next run completed")


@pytest.mark.flow
def test_the_doctor_says_who_works_what_is_deployed_and_what_is_paused(
    project: Path, api: Ask
) -> None:
    wait_for(lambda: "well pool cpu" in doctor())  # a worker is heard of once it has looked
    said = doctor()
    assert "well clock agrees with the server's" in said
    assert "well pool cpu cpu, heard of" in said
    assert "note pool gpu none" in said
    assert "well deployment nightly next run 20" in said
    assert "well deployment on-drift an event starts it" in said
    assert "well deployment improve it runs when it is asked to" in said
    assert "note deployment gpu-stage not on this server, nor is pool gpu, which it is for" in said
    assert "wrong" not in said
    api("work_pools/cpu", {"is_paused": True}, "PATCH")
    nightly = api("deployments/filter", {"deployments": {"name": {"any_": ["nightly"]}}})[0]
    api(f"deployments/{nightly['id']}/pause_deployment", {})
    said = doctor()
    assert "wrong pool cpu paused → prefect work-pool resume cpu" in said
    assert "wrong deployment nightly paused" in said


def up_to_the_worker(stage: psutil.Process) -> list[psutil.Process]:
    """Return the processes that stand between a stage and the worker that has started its run."""
    names = [process.cmdline() for process in stage.parents()]
    (worker, *_) = [place for place, words in enumerate(names) if "worker" in words]
    return stage.parents()[:worker]
