"""F22: the Prefect API dies while a stage runs."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.dag import plan
from tests.faults.relay import Relay
from tests.flows.conftest import Webhook, call, start
from tests.flows.delivered import at_origin, pointer, trailer
from tests.flows.served import asking
from tests.flows.toy import locked

pytestmark = [pytest.mark.fault, pytest.mark.flow]


def test_f22_the_stages_finish_the_loss_is_told_and_the_next_run_skips_them(
    fresh: Path, api: str, monkeypatch: pytest.MonkeyPatch, seen: Callable[..., None]
) -> None:
    Path("clean.sh").write_text("echo up >&2\nuntil test -e go; do sleep 0.1; done\ncat $1\n")
    monkeypatch.setenv("PREFECT_CLIENT_MAX_RETRIES", "0")  # seconds instead of a minute
    with Relay(api) as relay:
        process = _cut_off(relay, monkeypatch, "clean | up\n")
        Path("go").touch()
        out, err = process.communicate(timeout=300)
    assert process.returncode == 2, out
    assert err.startswith(f"error: lost the Prefect API at {relay.url} (")
    assert err.endswith("; finished stages are kept, run again to continue\n")
    assert err.count("\n") == 1
    assert list(locked()) == ["collect", "clean", "train@sft", "train@dpo", "report"]
    assert {stage.will_run for stage in plan()} == {"no"}
    seen("every stage ran to its end and is in dvc.lock; the loss is told; nothing runs again")


UNTIL_TOLD = "echo up >&2\nuntil test -e ../go; do sleep 0.1; done\n"


def test_f22_a_delivered_run_delivers_and_says_what_it_came_to_and_what_is_not_recorded(
    clone: Path,
    api: str,
    webhook: Webhook,
    monkeypatch: pytest.MonkeyPatch,
    seen: Callable[..., None],
) -> None:
    train = Path("train.sh")
    train.write_text(UNTIL_TOLD + train.read_text())
    call("git", "commit", "-qam", "Wait")
    call("git", "push", "-q", "origin", "main")
    monkeypatch.setenv("TUNESMITH_WEBHOOK", webhook.url)
    monkeypatch.setenv("PREFECT_CLIENT_MAX_RETRIES", "1")
    with Relay(api) as relay:
        process = _cut_off(relay, monkeypatch, "train | up\n", "--deliver")
        Path("../go").touch()
        out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    assert err.startswith(f"note: lost the Prefect API at {relay.url} (")
    assert err.endswith("): its pages miss the end of this run\n")
    assert err.count("\n") == 1
    assert "main moved" in out or "SHIP" in out
    assert pointer() == "adapter@v0.1.0"
    assert at_origin("main") == call("git", "rev-parse", "main").strip()
    assert [(body["verdict"], body["tag"]) for body in webhook.bodies] == [("SHIP", pointer())]
    seen("delivered, promoted and told; the loss is told; the team's pages miss the end")


def test_f22_no_stage_waits_for_a_prefect_that_would_not_be_given_it(
    fresh: Path, api: str, monkeypatch: pytest.MonkeyPatch, seen: Callable[..., None]
) -> None:
    Path("clean.sh").write_text("echo up >&2\nuntil test -e go; do sleep 0.1; done\ncat $1\n")
    monkeypatch.setenv("PREFECT_CLIENT_MAX_RETRIES", "9")  # a quarter of an hour, once
    with Relay(api) as relay:
        process = _cut_off(relay, monkeypatch, "clean | up\n")
        Path("go").touch()
        begun = time.monotonic()
        assert process.stdout is not None
        assert any(line.startswith("report | ran after") for line in process.stdout)
        assert time.monotonic() - begun < 120
        process.kill()
        process.communicate(timeout=60)
    seen("two stages of pool gpu ran here without a question to the dead API")


def test_f22_a_run_that_waits_for_an_answer_expires_although_the_api_has_died(
    clone: Path, api: str, monkeypatch: pytest.MonkeyPatch, seen: Callable[..., None]
) -> None:
    monkeypatch.setenv("PREFECT_CLIENT_MAX_RETRIES", "0")
    with Relay(api) as relay:
        monkeypatch.setenv("PREFECT_API_URL", relay.url)
        process = start("--deliver", "--approve", "--approve-hours", "0.01")
        assert process.stdout is not None
        assert any(line.startswith("gate | ran after") for line in process.stdout)
        name = call("git", "branch", "--list", "runs/*", "--format=%(refname:lstrip=3)").strip()
        wanted = {"flow_runs": {"name": {"any_": [name]}, "state": {"type": {"any_": ["PAUSED"]}}}}
        while not asking(api)("flow_runs/filter", wanted):
            assert process.poll() is None
            time.sleep(0.2)
        relay.cut()
        out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    assert err.startswith("note: lost the Prefect API")
    assert "not promoted: approval expired" in out
    assert (trailer("main", "Approval"), pointer()) == ("expired", None)
    assert at_origin("main") == call("git", "rev-parse", "main").strip()
    seen("the pause expired; delivered without a promotion, which a later run may make")


def _cut_off(
    relay: Relay, monkeypatch: pytest.MonkeyPatch, said: str, *words: str
) -> "subprocess.Popen[str]":
    """Start a run behind a relay, and cut the relay once the run has said a line."""
    monkeypatch.setenv("PREFECT_API_URL", relay.url)
    process = start(*words)
    assert process.stdout is not None
    assert any(line == said for line in process.stdout)
    relay.cut()
    return process
