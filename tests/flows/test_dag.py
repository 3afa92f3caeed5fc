"""The graph as DVC has it, and what a plan says about it."""

import fcntl
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from flows import dag
from flows.dag import StageMeta, differences, plan
from tests.flows.toy import ORDER, edit
from tunesmith.errors import UserError


def test_stages_come_in_the_order_of_dvc_yaml_with_their_meta(fresh: Path) -> None:
    stages = plan()
    assert [stage.name for stage in stages] == ORDER
    assert stages[0].meta == StageMeta(
        pool="cpu", retries=1, retry_delay_seconds=0, timeout_minutes=1
    )
    assert [stage.meta.pool for stage in stages] == ["cpu", "cpu", "gpu", "gpu", "cpu"]
    assert stages[1].meta == StageMeta()
    assert stages[4].upstream == ("train@sft", "train@dpo")
    assert stages[1].deps == ("collected.txt", "clean.sh", "params.yaml")
    assert stages[1].outs == ("cleaned.txt",)


def test_a_stage_written_before_what_it_reads_comes_after_it(fresh: Path) -> None:
    edit(
        "dvc.yaml",
        "stages:\n",
        "stages:\n  first:\n    cmd: cat cleaned.txt\n"
        "    deps: [cleaned.txt]\n    always_changed: true\n",
    )
    assert [stage.name for stage in plan()] == ["collect", "clean", "first", *ORDER[2:]]


def test_in_a_new_project_every_stage_never_ran(fresh: Path) -> None:
    assert {(stage.will_run, stage.why) for stage in plan()} == {("yes", ("never run",))}


def test_in_a_finished_project_there_is_nothing_to_do(finished: Path) -> None:
    assert {(stage.will_run, stage.why) for stage in plan()} == {("no", ())}


CHANGES: dict[str, tuple[Callable[[], object], dict[str, tuple[str, ...]]]] = {
    "a param inside a list": (
        lambda: edit("params.yaml", "mask", "drop"),
        {"clean": ("params.yaml:clean.steps[0].action mask → drop",)},
    ),
    "a param that the command holds": (
        lambda: edit("params.yaml", "0.1", "0.3"),
        {"train@sft": ("params.yaml:phases.sft.lr 0.1 → 0.3", "command changed")},
    ),
    "a param that is new": (
        lambda: edit("params.yaml", "words: 3", "words: 3, new: 1"),
        {"clean": ("params.yaml:clean.new nothing → 1",)},
    ),
    "a code file": (
        lambda: edit("clean.sh", "cat", "cat -u"),
        {"clean": ("clean.sh changed",)},
    ),
    "a code file that is gone": (
        lambda: Path("clean.sh").unlink(),
        {"clean": ("clean.sh is missing",)},
    ),
    "a command": (
        lambda: edit("dvc.yaml", "cat raw.txt", "cat  raw.txt"),
        {"collect": ("command changed",)},
    ),
    "an input that is new": (
        lambda: edit("dvc.yaml", "deps: [raw.txt]", "deps: [raw.txt, clean.sh]"),
        {"collect": ("clean.sh is a new input",)},
    ),
    "an out that is gone": (
        lambda: Path("model_dpo.txt").unlink(),
        {
            "train@dpo": ("out missing: model_dpo.txt",),
            "report": ("model_dpo.txt is missing",),
        },
    ),
    "an out changed by hand": (
        lambda: edit("report.txt", "lr", "LR"),
        {"report": ("out changed: report.txt",)},
    ),
}


@pytest.mark.parametrize("case", CHANGES)
def test_the_plan_names_what_changed(finished: Path, case: str) -> None:
    change, expected = CHANGES[case]
    change()
    stages = {stage.name: stage for stage in plan()}
    assert {
        name: stage.why for name, stage in stages.items() if stage.will_run == "yes"
    } == expected
    first = min(ORDER.index(name) for name in expected)
    assert all(stages[name].will_run == "no" for name in ORDER[:first])


def test_a_stage_after_one_that_runs_may_run_and_says_after_which(finished: Path) -> None:
    edit("clean.sh", "cat", "cat -u")
    stages = {stage.name: stage for stage in plan()}
    assert stages["collect"].will_run == "no"
    assert stages["train@sft"].will_run == "maybe"
    assert stages["train@sft"].why == ("upstream clean runs",)
    assert stages["report"].why == ("upstream train@sft runs", "upstream train@dpo runs")


def test_a_forced_group_stands_for_its_stages(finished: Path) -> None:
    stages = {stage.name: stage for stage in plan(force=("train",))}
    assert stages["train@sft"].why == stages["train@dpo"].why == ("forced",)
    assert stages["clean"].will_run == "no"
    assert stages["report"].will_run == "maybe"


def test_forcing_an_unknown_stage_lists_the_known_ones(fresh: Path) -> None:
    with pytest.raises(UserError, match='no stage "trian".*stages: collect, clean, train@sft'):
        plan(force=("trian",))


def test_a_frozen_stage_reads_from_nothing(finished: Path) -> None:
    edit("dvc.yaml", "  clean:\n", "  clean:\n    frozen: true\n")
    edit("raw.txt", "hello", "goodbye")
    stages = {stage.name: stage for stage in plan()}
    assert stages["collect"].why == ("raw.txt changed",)
    assert stages["clean"].will_run == "no"


def test_a_data_file_under_dvc_is_planned_before_the_stage_that_reads_it(
    finished: Path, run: Callable[..., str]
) -> None:
    run("git", "rm", "-q", "--cached", "raw.txt")
    run("dvc", "add", "-q", "raw.txt")
    stages = plan()
    assert (stages[0].name, stages[0].is_data, stages[0].will_run) == ("raw.txt.dvc", True, "no")
    assert stages[1].upstream == ("raw.txt.dvc",)
    Path("raw.txt").write_text("goodbye\n")
    assert plan()[0].why == ("out changed: raw.txt",)


def test_planning_changes_nothing(finished: Path, run: Callable[..., str]) -> None:
    edit("params.yaml", "0.1", "0.3")
    before = Path("dvc.lock").read_bytes()
    plan()
    assert Path("dvc.lock").read_bytes() == before
    assert run("git", "status", "--porcelain").split() == ["M", "params.yaml"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("retries: 1,", "retrys: 1,", r'dvc\.yaml:\d+: .*"retrys"; did you mean "retries"'),
        ("timeout_minutes: 1", "timeout_minutes: 0", r"dvc\.yaml:\d+: .*timeout_minutes"),
        ("{pool: gpu}", "{poll: gpu}", r'dvc\.yaml:\d+: .*"poll"; did you mean "pool"'),
        ("cmd: cat raw.txt", "comd: cat raw.txt", "comd"),
        ("stages:\n", "stages: [\n", r"dvc\.yaml:\d+: not valid YAML"),
        ("${item.lr}", "${item.rl}", "item.rl"),
    ],
)
def test_a_mistake_in_dvc_yaml_is_named(fresh: Path, old: str, new: str, message: str) -> None:
    edit("dvc.yaml", old, new)
    with pytest.raises(UserError, match=message) as caught:
        plan()
    assert "\n" not in str(caught.value)


def test_a_folder_without_dvc_yaml_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="run from the root"):
        plan()


def test_a_lock_that_is_held_too_long_is_named(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dag, "LOCK_PATIENCE_SECONDS", 0.0)
    with Path(".dvc/tmp/lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(UserError, match=r"\.dvc/tmp/lock: another DVC command"):
            plan()


def test_a_process_that_has_ended_and_that_nobody_has_looked_at_does_not_hinder(
    fresh: Path,
) -> None:
    with subprocess.Popen(["true"]) as ended:
        os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
        holder = {"pid": ended.pid, "cmd": "dvc repro"}
        locks = {"write": {str(fresh / "collected.txt"): holder}}
        Path(".dvc/tmp/rwlock").write_text(json.dumps(locks))
        assert [stage.name for stage in plan()] == ORDER


@pytest.mark.parametrize(
    ("old", "new", "phrases"),
    [
        (1, 1, []),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, ["k.a.b 1 → 2"]),
        ({"a": 1}, {"b": 1}, ["k.b nothing → 1", "k.a 1 → nothing"]),
        ([1, 2], [1, 3], ["k[1] 2 → 3"]),
        ([1], [1, 2], ["k [1] → [1, 2]"]),
        ("x" * 50, "y", [f"k {'x' * 37}… → y"]),
    ],
)
def test_differences_are_named_by_leaf(old: object, new: object, phrases: list[str]) -> None:
    assert differences("k", old, new) == phrases
