"""F18: an earlier run is checked out again."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.promotion import read_verdict, tag_model
from tests.flows.conftest import call

pytestmark = pytest.mark.fault


def run_and_promote(rows: str) -> str:
    """Make a run on these rows, as the flow commits and tags one."""
    Path("raw.txt").write_text(rows)
    call("dvc", "repro", "-q")
    call("git", "add", "-A")
    call("git", "commit", "-qm", "Retrain")
    return tag_model("models/sft", ["better"])


def test_f18_an_earlier_run_is_whole_again_and_nothing_is_run(
    delivery: Path, monkeypatch: pytest.MonkeyPatch, seen: Callable[..., None]
) -> None:
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")
    first = run_and_promote("first\n")
    run_and_promote("worse\n")
    assert (verdict := read_verdict()) and verdict.word == "REJECT"
    call("git", "checkout", "-q", first)
    call("dvc", "checkout", "-q")
    assert Path("models/sft/weights.txt").read_text() == "first\n"
    out = call("dvc", "repro")
    assert "Running stage" not in out
    assert "Data and pipelines are up to date" in out
    assert (verdict := read_verdict()) and verdict.word == "SHIP"
    assert call("git", "status", "--porcelain") == ""
    seen("model, metrics and dvc.lock are those of the tag; no stage runs")
