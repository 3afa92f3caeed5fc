"""Trials of a search with a pool: a worker makes them in its clone, and their results come back."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from prefect.exceptions import ObjectNotFound

from flows import experiment, trial_in_pool, ui
from flows.server import ask
from flows.trial_in_pool import shared
from tests.flows.conftest import ROOT, call
from tests.flows.searching import experiments, project, searched, write_search
from tests.flows.served import wait_for
from tests.flows.test_on_worker import end_family
from tunesmith.errors import UserError

POOL = "trials"
SEARCH: dict[str, Any] = {
    "trials": 2,
    "pruner": None,
    "pool": POOL,
    "space": {"phases.sft.learning_rate": {"kind": "log", "low": 1e-4, "high": 1.0}},
}


@pytest.fixture
def entered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project of a search, entered; origin, DVC remote and a second clone lie beside it."""
    folder = project(tmp_path / "project", **SEARCH)
    monkeypatch.chdir(folder)
    Path("toy.py").write_text("from flows.trial_on_worker import trial_on_worker\n")
    call("dvc", "remote", "add", "--default", "store", "../remote")
    call("git", "add", "-A")
    call("git", "commit", "-qm", "Share")
    call("git", "clone", "-q", "--bare", ".", "../origin.git")
    call("git", "remote", "add", "origin", "../origin.git")
    call("git", "clone", "-q", "../origin.git", "../worker")
    call("git", "-C", "../worker", "switch", "-q", "--detach")
    return folder


@contextmanager
def working(url: str, folder: Path) -> Iterator[None]:
    """Make the pool with its deployment at a server, and a worker of it in the second clone."""
    deployments = yaml.safe_load((ROOT / "prefect.yaml").read_text())
    trial = next(one for one in deployments["deployments"] if one["name"] == "gpu-trial")
    trial |= {"name": f"{POOL}-trial", "entrypoint": "toy.py:trial_on_worker"}
    trial["work_pool"] = {"name": POOL}
    ui.HOME.mkdir(parents=True, exist_ok=True)
    (ui.HOME / "prefect.yaml").write_text(yaml.safe_dump({**deployments, "deployments": [trial]}))
    env = ui._environment(url) | {"TUNESMITH_CLONE": str(folder.parent / "worker")}
    ui._make_pools(url, set(), {POOL})
    ui._once(env, "--no-prompt", "deploy", "--all", "--prefect-file", str(ui.HOME / "prefect.yaml"))
    words = ["-m", "prefect", "worker", "start", "--pool", POOL, "--type", "process"]
    process = subprocess.Popen(
        [sys.executable, *words, "--name", "one", "--limit", "1"], env=env,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, process_group=0,
    )  # fmt: skip
    try:
        workers = f"{url}/work_pools/{POOL}/workers/filter"
        wait_for(lambda: "one" in {one["name"] for one in ask("POST", workers, {})})
        yield
    finally:
        end_family(process)
        ask("DELETE", f"{url}/work_pools/{POOL}", accepts=(404,))


@pytest.mark.flow
def test_a_worker_makes_the_trials_and_the_best_is_restored_here(
    entered: Path, api: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", api)
    call("dvc", "repro", "split")
    call("git", "add", "-A")
    call("git", "commit", "-qm", "Split")
    with working(api, entered):
        code, out = searched()
    assert code == 0, out
    assert "on a worker, from " in out
    found = json.loads(Path("reports/search/search.json").read_text())
    assert [one["state"] for one in found["trials"]] == ["complete"] * 2, out
    assert [len(one["curve"]) for one in found["trials"]] == [4, 4], "its lines were heard here"
    assert experiments() == sorted(one["experiment"] for one in found["trials"])
    assert not Path("models").exists()
    heads = call("git", "ls-remote", "--heads", "origin").split()[1::2]
    assert heads == ["refs/heads/main"], "what was shared for the trials is gone"
    code, out = searched("apply")
    assert "the next run with --pull restores its training" in out
    restored = call("dvc", "repro", "--pull", "train@sft")
    assert "Running stage" not in restored
    best = found["trials"][found["best"]]["value"]
    assert float(Path("models/sft").read_text()) == pytest.approx(best)


def refused(pattern: str) -> None:
    """Expect that nothing can be shared, and that nothing was."""
    with pytest.raises(UserError, match=pattern), shared(POOL, "study"):
        pass
    assert "handover" not in call("git", "ls-remote", "origin")


class Server:
    """A Prefect API with a pool, or without."""

    def __init__(self, pool: SimpleNamespace | None) -> None:
        self.pool = pool

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read_work_pool(self, _: str) -> SimpleNamespace:
        if self.pool is None:
            raise ObjectNotFound(None)
        return self.pool

    def read_workers_for_work_pool(self, _: str) -> list[Any]:
        return []


def test_what_a_worker_could_not_continue_is_refused_before_any_trial(
    entered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_search(entered, **{**SEARCH, "trials": 3})
    refused(r"params\.yaml: changed since the last commit; a worker continues a commit: commit")
    call("git", "commit", "-qam", "More trials")
    for pool, said in (
        (None, "this Prefect server has no pool trials; `prefect work-pool create"),
        (
            SimpleNamespace(name=POOL, is_paused=True),
            "pool trials is paused; `prefect work-pool resume",
        ),
        (
            SimpleNamespace(name=POOL, is_paused=False),
            "no worker has polled pool trials so far; start one",
        ),
    ):
        server = Server(pool)
        monkeypatch.setattr(trial_in_pool, "get_client", lambda sync_client, at=server: at)
        refused(said)
    call("dvc", "remote", "default", "--unset")
    call("git", "commit", "-qam", "Leave the remote")
    refused("search.pool: workers of trials are reached by git's `origin` and a default DVC remote")


def test_an_experiment_that_was_not_pushed_is_said(entered: Path) -> None:
    with pytest.raises(UserError, match="origin has no experiment search-1; its worker"):
        experiment.fetch("search-1")
