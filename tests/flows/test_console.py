"""The tables of a run, and where their memory figures come from."""

import os
from pathlib import Path

import pytest

from flows.console import show_plan, show_results
from flows.dag import PlannedStage
from flows.result import StageResult, peak_memory_bytes, timing_mark


def rows(out: str) -> list[str]:
    return [" ".join(line.split()) for line in out.splitlines()]


def test_the_plan_tells_what_runs_what_may_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    show_plan(
        [
            PlannedStage(name="in.dvc", will_run="yes", why=("out changed: in",), is_data=True),
            PlannedStage(name="a", will_run="yes", why=("forced",)),
            PlannedStage(name="b@[x]", will_run="maybe", why=("upstream a runs",)),
            PlannedStage(name="c", will_run="yes", why=tuple("123456")),
            PlannedStage(name="d", will_run="no"),
        ]
    )
    assert rows(capsys.readouterr().out)[1:] == [
        "in.dvc is taken in out changed: in",
        "a runs forced",
        "b@[x] runs if its inputs change upstream a runs",
        "c runs or is restored 1; 2; 3; 4; 2 more",
        "d –",
    ]


def test_the_results_give_seconds_and_memory(capsys: pytest.CaptureFixture[str]) -> None:
    show_results(
        [
            StageResult(stage="a", outcome="Ran", seconds=1.26, peak_memory_bytes=3 * 2**30),
            StageResult(stage="b", outcome="Not run"),
        ]
    )
    assert rows(capsys.readouterr().out)[1:] == ["a Ran 1.3 3,072 MiB", "b Not run"]


def test_memory_is_that_of_this_run_or_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert peak_memory_bytes("train@sft", timing_mark("train@sft")) is None
    path = Path(".work/timings/train@sft.json")
    path.parent.mkdir(parents=True)
    path.write_text('{"peak_memory_bytes": 7, "seconds": 1.0}\n')
    assert peak_memory_bytes("train@sft", before=None) == 7
    before = timing_mark("train@sft")
    assert peak_memory_bytes("train@sft", before) is None
    os.utime(path, (1000, 1000))
    assert peak_memory_bytes("train@sft", before) == 7, "the clock was set back"
