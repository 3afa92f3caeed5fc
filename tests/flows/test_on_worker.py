"""A stage in another pool, with a server and a worker: it runs there, or the run says why not."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml

from flows import ui
from flows.server import ask
from tests.flows.conftest import RETRAIN, ROOT, call
from tests.flows.served import free_port, wait_for

SILENT = 8
IMPATIENT = f"from flows import child\nchild.SILENCE_SECONDS = {SILENT}\n"
STEPS = "for step in 1 2 3; do echo step $step; done\n"
TRAIN = STEPS + "mkdir -p models/sft\ncp raw.txt models/sft/weights.txt\n"
STUCK = TRAIN + "echo half > models/sft/half.txt\n[ -e ../again ] || sleep 600\n"


class Api:
    """Prefect's API, with pool gpu and the deployment of ours for it."""

    def __init__(self, url: str, env: dict[str, str]) -> None:
        self.url, self.env = url, env

    def ask(self, path: str, body: Any = None, method: str = "POST") -> Any:
        return ask(method, f"{self.url}/{path}", body)

    def children(self) -> list[dict[str, Any]]:
        """Return the runs in the pool, the first one first."""
        query = {"flow_runs": {"name": {"like_": "in gpu"}}, "sort": "START_TIME_ASC"}
        return list(self.ask("flow_runs/filter", query))

    def beat(self, worker: str, seconds: int) -> None:
        """Say that a worker is alive, and will say so again after that time."""
        body = {"name": worker, "heartbeat_interval_seconds": seconds}
        self.ask("work_pools/gpu/workers/heartbeat", body)

    def forget(self) -> None:
        """Forget the workers and runs that there were."""
        for worker in self.ask("work_pools/gpu/workers/filter", {}):
            self.ask(f"work_pools/gpu/workers/{worker['name']}", method="DELETE")
        for child in self.children():
            self.ask(f"flow_runs/{child['id']}", method="DELETE")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A Prefect server with everything but a worker."""
    port = free_port()
    with pytest.MonkeyPatch.context() as patch, ExitStack() as running:
        patch.chdir(tmp_path_factory.mktemp("server"))
        deployments = yaml.safe_load((ROOT / "prefect.yaml").read_text())
        gpu = next(one for one in deployments["deployments"] if one["name"] == "gpu-stage")
        gpu["entrypoint"] = "toy.py:on_worker"
        deployments["deployments"] = [gpu]
        Path("prefect.yaml").write_text(yaml.safe_dump(deployments))
        Path("toy.py").write_text("from flows.on_worker import on_worker\n")
        url = f"http://127.0.0.1:{port}/api"
        env = ui._environment(url) | {"PREFECT_SERVER_SERVICES_FOREMAN_LOOP_SECONDS": "1"}
        ui.HOME.mkdir(parents=True)
        words = ["server", "start", "--no-ui", "--host", "127.0.0.1", "--port", str(port)]
        ui._wait_for(url, running.enter_context(ui._prefect("server", env, *words)))
        ui._make_pools(url, set(), {"gpu"})
        ui._once(env, "--no-prompt", "deploy", "--all")
        yield Api(url, env)


@pytest.fixture
def api(server: Api, delivery: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """The server, and a project whose training belongs in its pool; a second clone is there."""
    tree = yaml.safe_load(Path("dvc.yaml").read_text())
    tree["stages"]["train"]["meta"] = {"pool": "gpu", "retries": 3, "retry_delay_seconds": 1}
    Path("dvc.yaml").write_text(yaml.safe_dump(tree, sort_keys=False))
    Path("train.sh").write_text(TRAIN)
    Path("toy.py").write_text("from flows.on_worker import on_worker\n")
    call("git", "add", "-A")
    call("git", "commit", "-qm", "Train in the pool")
    call("git", "push", "-q", "origin", "main")
    call("git", "clone", "-q", "../origin.git", "../worker")
    monkeypatch.setenv("PREFECT_API_URL", server.url)
    yield server
    server.forget()


@contextmanager
def worker(api: Api, name: str = "one") -> Iterator["subprocess.Popen[bytes]"]:
    """A worker of the pool, in the second clone."""
    env = api.env | {"TUNESMITH_CLONE": str(Path("../worker").resolve())}
    words = ["-m", "prefect", "worker", "start", "--pool", "gpu", "--type", "process"]
    process = subprocess.Popen(
        [sys.executable, *words, "--name", name], env=env,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, process_group=0,
    )  # fmt: skip
    try:
        wait_for(lambda: name in {w["name"] for w in api.ask("work_pools/gpu/workers/filter", {})})
        yield process
    finally:
        end_family(process)


def end_family(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process and all that it has started, as when a machine goes down.

    They are stopped first, so that none starts another one meanwhile.
    """
    family: set[psutil.Process] = set()
    if process.poll() is None:
        first = psutil.Process(process.pid)
        while others := {first, *first.children(recursive=True)} - family:
            family |= others
            for one in others:
                with suppress(psutil.NoSuchProcess):
                    one.suspend()
    for one in family:
        with suppress(psutil.NoSuchProcess):
            one.kill()
    process.wait()


def start(*arguments: str) -> "subprocess.Popen[str]":
    """Start a run that soon takes silence for the end of a worker."""
    return subprocess.Popen(
        [sys.executable, "-c", IMPATIENT + RETRAIN, *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "COLUMNS": "200"},
    )  # fmt: skip


def ended(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def branches() -> list[str]:
    """Return the branches at origin, without those of runs."""
    lines = call("git", "ls-remote", "--heads", "origin").split()[1::2]
    return [line.removeprefix("refs/heads/") for line in lines if "/runs/" not in line]


@pytest.mark.flow
def test_a_stage_of_the_pool_runs_with_its_worker_and_all_is_fresh_here(api: Api) -> None:
    with worker(api):
        code, out, err = ended(start("--deliver"))
    assert (code, err) == (0, "")
    assert "train | step 3" in out, "what it prints there is seen here"
    assert "ran on a worker" in out
    assert Path("../worker/models/sft/weights.txt").exists()
    assert Path("models/sft/weights.txt").read_text() == "first\n"
    assert "up to date" in call("dvc", "status")
    assert call("git", "log", "--format=%s", "--reverse", "main").splitlines()[2].endswith("SHIP")
    assert branches() == ["main"]
    (child,) = api.children()
    assert child["state"]["name"] == "Ran"
    logs = api.ask("logs/filter", {"logs": {"flow_run_id": {"any_": [child["id"]]}}})
    assert "train | step 3" in [log["message"] for log in logs], "and in Prefect's pages"


@pytest.mark.flow
def test_a_run_that_is_not_delivered_stays_on_this_machine(api: Api) -> None:
    code, out, _ = ended(start())
    assert code == 0
    assert "pool gpu takes the stages of delivered runs: it runs on this machine" in out
    assert api.children() == []


@pytest.mark.flow
@pytest.mark.fault
def test_f14_without_a_worker_the_run_ends_at_once_and_says_what_to_do(
    api: Api, seen: Callable[..., None]
) -> None:
    code, _, err = ended(start("--deliver"))
    assert code == 1
    assert err.startswith("retrain stopped at train: no worker has polled pool gpu so far; start")
    assert api.children() == []
    seen("refused before the stage: no worker polls the pool")


@pytest.mark.flow
@pytest.mark.fault
def test_f14_a_stage_that_no_worker_takes_is_cancelled(api: Api, seen: Callable[..., None]) -> None:
    run = start("--deliver")
    while not api.children() and run.poll() is None:
        api.beat("gone", seconds=3)  # alive until the stage was handed over
        time.sleep(1)
    code, _, err = ended(run)
    assert code == 1
    assert "train: no worker has polled pool gpu for " in err
    assert {child["state"]["name"] for child in api.children()} == {"Cancelled"}
    assert branches() == ["main"]
    seen("given up when the pool's last worker went offline; the child run was cancelled")


@pytest.mark.flow
@pytest.mark.fault
def test_f15_when_the_workers_machine_dies_the_stage_is_done_again_by_another(
    api: Api, seen: Callable[..., None]
) -> None:
    Path("train.sh").write_text(STUCK)
    call("git", "commit", "-qam", "Take long")
    call("git", "push", "-q", "origin", "main")
    with worker(api, "one") as first:
        run = start("--deliver")
        wait_for(Path("../worker/models/sft/half.txt").exists)
        begun = time.monotonic()
        end_family(first)
    lost = time.monotonic() - begun
    Path("../worker/train.sh").write_text("left behind\n")
    Path("../again").touch()
    with worker(api, "two"):
        code, out, err = ended(run)
    assert (code, err) == (0, ""), out
    assert f"its worker has been silent for {SILENT} seconds; given up" in out
    states = [child["state"]["name"] for child in api.children()]
    assert (states[0], states[-1]) == ("Crashed", "Ran"), states
    assert sorted(path.name for path in Path("models/sft").iterdir()) == ["half.txt", "weights.txt"]
    assert branches() == ["main"]
    seen("given up after its silence; another worker did the stage again", lost_seconds=lost)
