"""A person says whether what ships is promoted; whatever they say, nothing of the run is lost."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flows import approval
from flows.approval import Answer
from tests.flows import warm
from tests.flows.conftest import Webhook, call, start
from tests.flows.served import asking
from tunesmith.errors import UserError

PATIENCE_SECONDS = 180.0


def trailer(ref: str, key: str) -> str:
    return call("git", "log", "-1", f"--format=%(trailers:key={key},valueonly)", ref).strip()


def tag() -> object:
    return json.loads(Path("champion.json").read_text())["tag"]


def tunesmith(*words: str) -> "subprocess.CompletedProcess[str]":
    process = warm.start(warm.TUNESMITH, words, os.environ, subprocess.PIPE)
    out, err = process.communicate()
    return subprocess.CompletedProcess(words, process.returncode, out, err)


def obstacle(*, is_asked: bool) -> str | None:
    from flows import deliver

    return deliver.obstacle("models/sft", is_asked=is_asked)


@pytest.fixture
def waiting(
    clone: Path, api: str, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., tuple["subprocess.Popen[str]", dict[str, Any]]]]:
    """Start a delivered run, and return it with its record once it waits for approval."""
    monkeypatch.setenv("TUNESMITH_WEBHOOK", webhook.url)
    started = []

    def begin() -> tuple["subprocess.Popen[str]", dict[str, Any]]:
        before = len(webhook.bodies)
        process = start("--deliver", "--approve")
        started.append(process)
        ended = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < ended and process.poll() is None:
            paused = {"flow_runs": {"state": {"type": {"any_": ["PAUSED"]}}}}
            named = [body["run"] for body in webhook.bodies[before:]]
            for run in asking(api)("flow_runs/filter", paused):
                if run["name"] in named:
                    return process, run
            time.sleep(0.3)
        raise AssertionError(f"it did not wait: {process.communicate(timeout=60)}")

    yield begin
    for process in started:
        process.kill()
        process.communicate(timeout=60)


@pytest.mark.flow
def test_what_a_person_refuses_is_delivered_and_not_promoted_until_it_is_approved(
    waiting: Callable[..., tuple["subprocess.Popen[str]", dict[str, Any]]],
    api: str,
    webhook: Webhook,
) -> None:
    process, run = waiting()
    [told] = webhook.bodies
    assert (told["verdict"], told["approval"]) == ("SHIP", "awaited for 24 hours")
    assert told["run"] == run["name"]
    shared = call("git", "ls-remote", "--heads", "origin", told["branch"]).split()[0]
    assert trailer(shared, "Verdict") == "SHIP", "who is asked finds what they are asked about"
    path, limits = f"flow_runs/{run['id']}/input/filter", {"prefix": "paused-approval", "limit": 9}
    form = {one["key"]: one["value"] for one in asking(api)(path, limits)}
    assert "as the rows say" in form["paused-approval-description"]
    done = tunesmith("refuse", run["name"])
    assert (done.returncode, done.stdout) == (0, f"refused: {run['name']} goes on\n")
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, err) == (0, "")
    assert "not promoted: approval refused" in out
    assert (trailer("main", "Approval"), tag()) == ("refused", None)
    assert call("git", "rev-parse", "main") == call("git", "rev-parse", "origin/main")
    assert webhook.bodies[-1]["approval"] == "refused"
    assert obstacle(is_asked=True) is None
    commit = call("git", "log", "-1", "--format=%h").strip()
    assert obstacle(is_asked=False) == f"it was refused in {commit}; --approve asks again"

    process, run = waiting()
    resumed = asking(api)(f"flow_runs/{run['id']}/resume", {"run_input": {"answer": "approve"}})
    assert resumed["status"] == "ACCEPT", "as Prefect's page does it"
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, err) == (0, "")
    assert (trailer("main", "Approval"), tag()) == ("approved", "adapter@v0.1.0")
    assert (webhook.bodies[-1]["tag"], webhook.bodies[-1]["approval"]) == (tag(), "approved")


@pytest.mark.flow
def test_a_run_ended_while_it_waits_is_kept_and_an_answer_that_does_not_come_expires(
    waiting: Callable[..., tuple["subprocess.Popen[str]", dict[str, Any]]], webhook: Webhook
) -> None:
    for number in (signal.SIGKILL, signal.SIGTERM):
        process, _ = waiting()
        process.send_signal(number)
        process.communicate(timeout=PATIENCE_SECONDS)
    assert [body["state"] for body in webhook.bodies] == ["Paused", "Paused", "Crashed"]
    process = start("--deliver", "--approve", "--approve-hours", "0.001")
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, err) == (0, "")
    assert "train     Restored" in out
    assert "not promoted: approval expired" in out
    assert (trailer("main", "Approval"), tag()) == ("expired", None)
    assert obstacle(is_asked=False) is None, "nobody has said no"


def test_an_answer_for_a_run_that_does_not_wait_names_those_that_do(clone: Path) -> None:
    done = tunesmith("approve", "no-such-run")
    assert done.returncode == 1
    assert done.stderr.startswith("error: no run no-such-run waits for approval; there are: ")


@pytest.fixture
def own_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the server ended with this process."""
    monkeypatch.setattr(approval, "is_own", lambda: True)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [("perhaps\nyes\n", "approved"), ("NO\n", "refused"), ("是\n", "approved"), ("", "expired")],
)
def test_without_a_server_the_terminal_is_asked(
    own_server: None,
    typed: str,
    answer: Answer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    mine, theirs = os.openpty()
    with os.fdopen(theirs) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        approval.check()
        os.write(mine, typed.encode())
        hours = approval.Approval(hours=0.0001 if answer == "expired" else 1)
        assert approval.ask("# SHIP\n\n- exact\\_match", hours) == answer
    os.close(mine)
    assert capsys.readouterr().out.startswith("# SHIP\n\n- exact_match\nPromote it? [yes/no] ")


def test_nobody_to_ask_is_said_before_any_work(
    own_server: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with (tmp_path / "empty").open("w+") as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        with pytest.raises(UserError, match="nobody to ask; name a Prefect server"):
            approval.check()
