"""The verbs that run the pipeline, as a person types them."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows import incoming, retrain
from flows.cli import app
from tunesmith.monitor.side import Side


def tunesmith(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "flows.cli", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_verbs_of_both_halves_are_listed_together() -> None:
    out = tunesmith("--help").stdout
    for verb in (
        "plan",
        "run",
        "rerun",
        "approve",
        "refuse",
        "rollback",
        "monitor",
        "doctor",
        "why",
        "results",
        "judge",
        "search",
        "auto",
    ):
        assert f" {verb} " in out


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        ("plan --force report", "--plan --force report"),
        ("run", ""),
        ("run --pull --deliver --force train --force gate",
         "--force train --force gate --pull --deliver"),
        ("run --deliver --approve", "--deliver --approve"),
        ("rerun --failed", ""),
        ("rerun --from train@sft --deliver", "--force train@sft --deliver"),
    ],
)  # fmt: skip
def test_verbs_that_run_say_what_the_flow_is_to_do(
    words: str, arguments: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []
    monkeypatch.setattr(retrain, "main", given.extend)
    monkeypatch.setattr(retrain, "end_now", sys.exit)
    assert CliRunner().invoke(app, words.split()).exit_code == 0
    assert given == arguments.split()


@pytest.mark.parametrize("words", [(), ("--failed", "--from", "report")])
def test_a_rerun_says_from_where(finished: Path, words: tuple[str, ...]) -> None:
    done = tunesmith("rerun", *words)
    assert (done.returncode, done.stderr) == (
        1,
        "error: rerun: say either --from STAGE or --failed\n",
    )


def test_a_look_by_hand_prints_every_side_and_keeps_nothing(
    finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sides = [
        Side("words (zh)", 0.5, 0.125, 0.25, 1200, "crossed"),
        Side("embedding (zh)", None, None, 0.3, 80, "not measured", "the encoder cannot read it"),
    ]
    found = {"files": {"a": "ab12"}, "sides": [side._asdict() for side in sides], "waiting": {}}
    monkeypatch.setattr(incoming, "examine", lambda: found)
    done = CliRunner().invoke(app, ["monitor"])
    assert done.exit_code == 0
    assert [line.split() for line in done.output.splitlines()][1:] == [
        ["words", "(zh)", "0.500", "±", "0.125", "0.25", "1,200", "crossed"],
        ["embedding", "(zh)", "0.3", "80", "not", "measured", "the", "encoder", "cannot", "read",
         "it"],
        ["Drift"],
    ]  # fmt: skip
    found |= {"files": {}, "sides": [], "waiting": {"asked": 12}}
    assert CliRunner().invoke(app, ["monitor"]).output == "12 asked rows wait for more\n"
    assert subprocess.check_output(["git", "status", "--porcelain"], text=True) == ""


def test_a_look_needs_the_section_of_the_dials(finished: Path) -> None:
    done = tunesmith("monitor")
    assert done.returncode == 1
    assert done.stderr == (
        'error: params.yaml: no section "monitor"; sections here: clean, phases\n'
    )


def test_a_rollback_to_nothing_is_refused(finished: Path) -> None:
    done = tunesmith("rollback", "adapter@v1.0.0")
    assert done.returncode == 1
    assert "nothing has been promoted yet" in done.stderr
