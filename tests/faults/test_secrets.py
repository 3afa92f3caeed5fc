"""Secrets of the environment and passwords in URLs: in no log, artifact, report, lock or commit."""

import json
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flows import remote, run_branch
from tests.faults.store import store
from tests.flows.conftest import TRAIN, call, start
from tunesmith.errors import UserError

pytestmark = pytest.mark.fault
Seen = Callable[..., None]
SECRETS = {
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMIzK7MDENGbPxRfiCY",
    "HF_TOKEN": "hf_QyZtRkWvNbXcMdLsPfGh",
    "OPENAI_API_KEY": "sk-proj-4f9a7c1e5b2d8036",
    "SLACK_WEBHOOK_URL": "https://hooks.example.org/services/T01/B02/s3cr3tpart",
}
TALKATIVE = "env | grep -e KEY -e TOKEN -e WEBHOOK >&2\n" + TRAIN
FAILING = 'echo "error: 401 for key $OPENAI_API_KEY at $SLACK_WEBHOOK_URL" >&2\nexit 1\n'


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


def kept_by(url: str) -> str:
    """Return all that the API knows of runs, tasks, logs and artifacts, newest first."""
    found = []
    for kind in ("flow_runs", "task_runs", "logs", "artifacts"):
        body = {"sort": "TIMESTAMP_DESC"} if kind == "logs" else {}
        request = urllib.request.Request(
            f"{url}/{kind}/filter", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            found.append(answer.read().decode())
    return "\n".join(found)


def files_of(place: Path) -> Iterator[tuple[str, str]]:
    """Yield every file of clone, origin and remote, and every object of git."""
    for path in place.rglob("*"):
        if path.is_file():
            yield str(path), path.read_bytes().decode("utf-8", errors="replace")
    for repository in ("clone/.git", "origin.git"):
        command = ["git", "--git-dir", str(place / repository), "cat-file"]
        command += ["--batch-all-objects", "--batch"]
        objects = subprocess.run(command, check=True, capture_output=True).stdout
        yield repository, objects.decode("utf-8", errors="replace")


@pytest.mark.flow
def test_secrets_are_in_nothing_that_a_run_leaves_whether_it_ends_well_or_not(
    clone: Path, api: str, secrets: None, seen: Seen
) -> None:
    Path("train.sh").write_text(TALKATIVE)
    call("git", "commit", "-qam", "Talk")
    call("git", "push", "-q", "origin", "main")
    said = []
    for gate, code in ((None, 0), (FAILING, 1)):
        if gate:
            Path("gate.sh").write_text(gate)
            call("git", "commit", "-qam", "Break the gate")
        process = start("--deliver")
        said += [*process.communicate(timeout=300)]
        assert process.returncode == code, said
    assert "train | HF_TOKEN=***" in said[0]
    assert said[-1] == "retrain stopped at gate: 401 for key *** at ***\n"
    kept = kept_by(api)
    assert "HF_TOKEN=***" in kept
    left = {"output": "".join(said), "Prefect": kept, **dict(files_of(clone.parent))}
    assert len(left) > 50
    for name, value in SECRETS.items():
        assert [where for where, text in left.items() if value in text] == [], name
    seen(f"none of {len(SECRETS)} secrets in output, records, {len(left) - 2} files and objects")


def test_secrets_in_the_address_of_origin_are_not_told(finished: Path, seen: Seen) -> None:
    call("git", "remote", "add", "origin", "http://me:s3cr3tpart@127.0.0.1:9/x.git")
    with pytest.raises(UserError, match=r"^origin cannot be reached \(.*127\.0\.0\.1") as caught:
        run_branch.begin()
    assert "s3cr3tpart" not in str(caught.value)
    seen("the address is told without its password")


def test_secrets_in_the_address_of_the_dvc_remote_are_not_told(
    finished: Path, monkeypatch: pytest.MonkeyPatch, seen: Seen
) -> None:
    monkeypatch.setattr(remote, "PAUSE_SECONDS", 0.0)
    with store(finished.parent / "store", fails=lambda _: True, code=403) as address:
        url = f"http://me:s3cr3tpart@{address}/"
        call("dvc", "remote", "add", "-q", "-d", "store", url)
        with pytest.raises(UserError, match=r"txt: .*403") as caught:
            remote.send()
    assert "s3cr3tpart" not in str(caught.value)
    seen("the address is told without its password")
