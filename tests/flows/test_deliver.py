"""A delivered run: its branch, its commits, what is promoted, what is pushed, and in what order."""

import json
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.flows.conftest import GATE, Webhook, call, start
from tests.flows.delivered import at_origin, change, deliver, pointer, refs, subjects, trailer

BLOCK = """
import sys
from prefect.blocks.webhook import Webhook
Webhook(url=sys.argv[1]).save("team")
"""


def outcomes(out: str) -> dict[str, str]:
    """Return stage → outcome, as the table at the end of a run has them."""
    table = out.partition("stage ")[2].rpartition("outcome ")[2].splitlines()[1:]
    return {line.split()[0]: line.split()[1] for line in table if len(line.split()) > 1}


@pytest.mark.flow
def test_what_the_gate_ships_is_promoted_and_a_colleague_finds_nothing_to_do(
    clone: Path, monkeypatch: pytest.MonkeyPatch, webhook: Webhook
) -> None:
    monkeypatch.setenv("TUNESMITH_WEBHOOK", webhook.url)
    assert deliver() == (0, "")
    [told] = webhook.bodies
    assert (told["verdict"], told["tag"]) == ("SHIP", "adapter@v0.1.0")
    assert told["reasons"] == ["as the rows say"]
    assert told["branch"] == f"runs/{told['run']}"
    assert "/runs/flow-run/" in told["link"]
    won = call("git", "rev-parse", "adapter@v0.1.0^{commit}")
    assert told["report"] == f"reports/report.html of commit {won[:12]}"
    assert call("git", "branch", "--show-current").strip() == "main"
    assert subjects("main") == ["Begin", "SHIP", "Promote adapter@v0.1.0"]
    assert at_origin("main") == call("git", "rev-parse", "main").strip()
    assert at_origin("adapter#prod#1^{commit}") == won.strip()
    assert trailer("adapter@v0.1.0", "Verdict") == "SHIP"
    assert trailer("main", "Promoted") == "adapter@v0.1.0"
    assert len(trailer("main", "Prefect-Run")) == 36
    assert pointer() == "adapter@v0.1.0"
    assert call("git", "status", "--porcelain") == ""

    call("git", "clone", "-q", "../origin.git", "../colleague")
    monkeypatch.chdir("../colleague")
    call("dvc", "pull", "-q")
    assert "up to date" in call("dvc", "status")
    assert "Running stage" not in call("dvc", "repro")
    call("git", "checkout", "-q", "adapter@v0.1.0")
    call("dvc", "pull", "-q")
    assert "up to date" in call("dvc", "status")
    assert json.loads(Path("reports/gate.json").read_text())["verdict"] == "SHIP"

    monkeypatch.chdir(clone)
    before = refs()
    assert deliver() == (0, "")
    assert refs() == before, "a run with nothing new leaves no branch"
    assert len(webhook.bodies) == 1, "and tells nobody"
    call(sys.executable, "-c", BLOCK, webhook.url)
    monkeypatch.setenv("TUNESMITH_WEBHOOK", "webhook/team")
    change("worse\n")
    assert deliver() == (0, "")
    assert webhook.bodies[1]["verdict"] == "REJECT"
    assert webhook.bodies[1]["tag"] is None
    webhook.close()
    assert pointer() == "adapter@v0.1.0"
    assert subjects("main")[-2:] == ["New data", "REJECT"]
    change("better\n")
    code, err = deliver()
    assert code == 0, "who cannot be told does not stop a run"
    assert err.startswith("nobody was told of ")
    assert err.endswith(": webhook/team could not be reached (ConnectError)\n")
    assert pointer() == "adapter@v0.2.0"


@pytest.mark.flow
def test_what_was_run_by_hand_is_shared_and_promoted_if_it_ships(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    call("dvc", "repro", "-q")
    call("git", "add", "-A")
    call("git", "commit", "-qm", "Run by hand")
    call("git", "push", "-q", "origin", "main")
    assert deliver() == (0, "")
    assert pointer() == "adapter@v0.1.0"

    Path("raw.txt").write_text("worse\n")
    call("dvc", "repro", "-q")
    call("git", "commit", "-qam", "Run by hand again")
    assert deliver() == (0, "")
    assert at_origin("main") == call("git", "rev-parse", "main").strip(), (
        "it is shared all the same"
    )
    assert pointer() == "adapter@v0.1.0"


@pytest.mark.flow
def test_a_run_that_stops_is_kept_on_its_branch_and_main_stays(
    clone: Path, monkeypatch: pytest.MonkeyPatch, webhook: Webhook
) -> None:
    monkeypatch.setenv("TUNESMITH_WEBHOOK", webhook.url)
    Path("gate.sh").write_text("env >&2\necho 'error: rows.csv:3: no id; add one' >&2\nexit 1\n")
    call("git", "commit", "-qam", "Break the gate")
    begun = call("git", "rev-parse", "main")
    process = start("--deliver")
    out, err = process.communicate(timeout=180)
    assert (process.returncode, err) == (1, "retrain stopped at gate: rows.csv:3: no id; add one\n")
    assert "gate | PATH=" in out
    assert "s3cret" not in out
    [told] = webhook.bodies
    assert (told["state"], told["verdict"]) == ("Failed", None)
    assert told["reasons"] == ["retrain stopped at gate: rows.csv:3: no id; add one"]
    assert call("git", "rev-parse", "main") == begun
    assert call("git", "branch", "--show-current").strip() == "main"
    branch = refs()[1].removeprefix("heads/")
    assert branch.startswith("runs/")
    assert trailer(branch, "Stopped-At") == "gate"

    call("git", "clone", "-q", "../origin.git", "../engineer")
    monkeypatch.chdir("../engineer")
    call("git", "remote", "set-url", "origin", "../origin.git")
    call("git", "switch", "-q", branch)
    call("dvc", "pull", "--allow-missing", "-q")
    assert Path("models/sft/weights.txt").read_text() == "first\n", "what was finished is there"
    Path("gate.sh").write_text(GATE)
    process = start()
    out, err = process.communicate(timeout=300)
    assert (process.returncode, err) == (0, "")
    assert outcomes(out) == {"train": "Unchanged", "champion": "Unchanged", "gate": "Ran"}
    call("git", "add", "-A")
    call("git", "commit", "-qm", "Mend the gate")
    call("git", "switch", "-q", "main")
    call("git", "merge", "-q", branch)
    assert deliver() == (0, "")
    assert pointer() == "adapter@v0.1.0"
    assert at_origin("main") == call("git", "rev-parse", "main").strip()


@pytest.mark.flow
def test_an_origin_that_takes_nothing_leaves_no_tag_and_main_where_it_was(clone: Path) -> None:
    hook = Path("../origin.git/hooks/pre-receive")
    hook.write_text("#!/bin/sh\necho closed today\nexit 1\n")
    hook.chmod(0o755)
    code, err = deliver()
    assert code == 1
    assert err.startswith("not delivered: origin did not take runs/")
    assert "main stays; run again: finished stages are restored" in err
    assert call("git", "tag") == ""
    assert subjects("main") == ["Begin"]
    assert pointer() is None
    assert call("git", "status", "--porcelain", "--untracked-files=no") == ""


@pytest.mark.flow
def test_a_killed_run_is_kept_on_its_branch_and_the_next_restores_what_it_had_finished(
    clone: Path,
) -> None:
    assert deliver() == (0, "")
    Path("gate.sh").write_text("echo up >&2\nsleep 60\n")
    change("second\n")
    process = start("--deliver")
    assert process.stdout is not None
    assert any(line == "gate | up\n" for line in process.stdout)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    left = call("git", "branch", "--show-current").strip()
    assert left.startswith("runs/")
    call("git", "clone", "-q", "../origin.git", "../colleague")
    Path("../colleague/gate.sh").write_text(GATE)
    call("git", "-C", "../colleague", "commit", "-qam", "Mend the gate")
    call("git", "-C", "../colleague", "push", "-q")
    process = start("--deliver")
    out, err = process.communicate(timeout=180)
    assert (process.returncode, err) == (0, "")
    assert "train     Restored" in out
    assert subjects(left)[-1] == f"Keep what {left} had finished when it ended"
    assert pointer() == "adapter@v0.2.0"


def test_a_mistake_in_the_dials_leaves_no_branch(clone: Path) -> None:
    Path("dvc.yaml").write_text("stages:\n  - [\n")
    call("git", "commit", "-qam", "Break the map")
    code, err = deliver()
    assert code == 2
    assert err.startswith("error: dvc.yaml:3: not valid YAML")
    assert "runs/" not in call("git", "branch")
