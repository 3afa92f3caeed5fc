"""The whole pipeline on a few rows: DVC and the flow agree, dials run what they should, offline."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import chdir
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tunesmith.recipes import apply

pytestmark = [pytest.mark.slow, pytest.mark.flow]
ROOT = Path(__file__).resolve().parent.parent
NAMES = ["Anna", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gus", "Hana", "Ivo", "Jana"]
# Fails every connection that would leave the machine, and remembers that it was tried.
NO_NETWORK = """
import os, socket
_real = socket.socket.connect
def _guarded(self, address):
    host = address[0] if isinstance(address, tuple) else str(address)
    if self.family == socket.AF_UNIX or host in ("127.0.0.1", "::1", "localhost"):
        return _real(self, address)
    with open(os.environ["REACHED_OUT"], "a") as log:
        log.write(f"{host}\\n")
    raise OSError(101, "Network is unreachable")
socket.socket.connect = _guarded
_lookup = socket.getaddrinfo
def _named(host, *rest, **more):
    if host not in (None, "127.0.0.1", "::1", "localhost", "0.0.0.0", socket.gethostname()):
        with open(os.environ["REACHED_OUT"], "a") as log:
            log.write(f"{host}\\n")
        raise socket.gaierror(-3, "Temporary failure in name resolution")
    return _lookup(host, *rest, **more)
socket.getaddrinfo = _named
"""


CUT_OFF = ("unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")


@cache
def cut_off() -> tuple[str, ...]:
    """Return how a command is started without any network but loopback; empty if none may."""
    try:
        done = subprocess.run([*CUT_OFF, "true"], check=False, capture_output=True)
    except FileNotFoundError:
        return ()
    return () if done.returncode else CUT_OFF


class Project:
    """A copy of this project with small data and a tiny base model."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reached_out = folder.parent / f"{folder.name}.reached-out"

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        bin_folder = str(Path(sys.executable).parent)
        env = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "DVC_"))},
            "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": f"{self.folder / 'guard'}{os.pathsep}{self.folder}{os.pathsep}"
            f"{self.folder / 'src'}",
            "REACHED_OUT": str(self.reached_out),
            "HF_HUB_OFFLINE": "0",
        }
        return subprocess.run(
            [*cut_off(), sys.executable, "-m", *command],
            cwd=self.folder,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )

    def lock(self) -> dict[str, Any]:
        """Return dvc.lock without the files that hold timings and what is rendered from them."""
        stages = yaml.safe_load((self.folder / "dvc.lock").read_text())["stages"]
        timed = ("reports/efficiency", "reports/report.html", "reports/model_card.md")
        for stage in stages.values():
            for side in ("deps", "outs"):
                stage[side] = [
                    item for item in stage.get(side, []) if not item["path"].startswith(timed)
                ]
        return stages


def write_data(folder: Path) -> None:
    """Write 48 rows to train on and 12 to test with, in two languages."""
    folder.mkdir(parents=True)

    def row(number: int) -> dict[str, Any]:
        name = f"{NAMES[number % 10]}{NAMES[number // 10 % 10].lower()}"
        zh = number % 2
        question = f"请问{name}的订单在哪里？" if zh else f"Where is the parcel of {name}?"
        answer = f"{name}的订单在路上。" if zh else f"The parcel of {name} is on its way."
        meta = {"intent": "order", "phrasing": "seen"}
        return {"instruction": question, "input": "", "output": answer, **meta}

    rows = [row(number) for number in range(60)]
    for name, part in (("train.jsonl", rows[:48]), ("test.jsonl", rows[48:])):
        lines = [json.dumps(item, ensure_ascii=False) for item in part]
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def make_project(folder: Path, base: Path) -> Project:
    """Copy what is under version control, and point its dials at the small data."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    for name in listed:
        if (
            name.startswith(("data/demo", "tests/", "reports/", "dvc.lock"))
            or not (ROOT / name).is_file()
        ):
            continue
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(base, folder / "tiny")
    (folder / "guard").mkdir()
    (folder / "guard" / "sitecustomize.py").write_text(NO_NETWORK)
    write_data(folder / "rows")
    project = Project(folder)
    sources = "[{kind: file, path: train.jsonl}, {kind: file, path: test.jsonl, split: test}]"
    settings = [
        "base.model=tiny",
        "base.digest=null",
        "collect.folder=rows",
        f"collect.sources={sources}",
        "clean.steps=[{kind: repair_text}, {kind: exact_duplicates}]",
        "phases.sft.epochs=1",
        "predict.max_new_tokens=8",
        "evaluate.resamples=100",
    ]
    apply(None, settings, folder / "params.yaml")
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "small"]):
        subprocess.run([*git, *words], cwd=folder, check=True, capture_output=True)
    return project


@pytest.fixture(scope="module")
def by_dvc(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project that `dvc repro` ran from scratch."""
    project = make_project(tmp_path_factory.mktemp("projects") / "by-dvc", tiny_base)
    done = project.run("dvc", "repro")
    assert done.returncode == 0, done.stdout + done.stderr
    return project


@pytest.fixture(scope="module")
def by_flow(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project that the flow ran from scratch."""
    project = make_project(tmp_path_factory.mktemp("projects") / "by-flow", tiny_base)
    done = project.run("flows.retrain")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return project


def test_the_flow_records_every_stage_by_its_outcome(by_flow: Project) -> None:
    with sqlite3.connect(by_flow.folder / ".work/prefect/prefect.db") as database:
        query = "select name, state_name from task_run order by start_time"
        runs = database.execute(query).fetchall()
        flows = database.execute("select state_name from flow_run").fetchall()
    order = by_flow.run("dvc", "stage", "list", "--name-only").stdout.split()
    assert sorted(runs) == sorted((name, "Ran") for name in order)
    places = {name: place for place, (name, _) in enumerate(runs)}
    assert places["collect"] < places["clean"] < places["train@sft"] < places["gate"]
    assert flows == [("Completed",)]


@pytest.mark.fault
def test_f9_two_runs_from_scratch_one_by_dvc_one_by_the_flow_give_the_same_lock(
    by_dvc: Project, by_flow: Project, seen: Callable[..., None]
) -> None:
    assert by_dvc.lock() == by_flow.lock()
    seen(f"`dvc repro` and the flow, from scratch: {len(by_dvc.lock())} stages, the same dvc.lock")


@pytest.mark.fault
def test_f9_after_the_flow_dvc_has_nothing_to_run(
    by_flow: Project, seen: Callable[..., None]
) -> None:
    done = by_flow.run("dvc", "repro")
    assert "Running stage" not in done.stdout
    assert "Data and pipelines are up to date" in done.stdout
    seen("`dvc repro` after the flow: nothing ran")


@pytest.mark.fault
def test_f9_after_dvc_the_flow_has_nothing_to_run(
    by_dvc: Project, seen: Callable[..., None]
) -> None:
    before = (by_dvc.folder / "dvc.lock").read_bytes()
    done = by_dvc.run("flows.retrain")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Running stage" not in done.stdout
    assert (by_dvc.folder / "dvc.lock").read_bytes() == before
    seen("the flow after `dvc repro`: nothing ran, dvc.lock the same bytes")


@pytest.mark.fault
def test_f19_offline_every_stage_runs_and_nothing_tries_to_reach_out(
    by_dvc: Project, by_flow: Project, seen: Callable[..., None]
) -> None:
    for project in (by_dvc, by_flow):
        assert not project.reached_out.exists(), project.reached_out.read_text()
    how = "without any network" if cut_off() else "with a guard on every connection"
    seen(f"every stage ran {how}; no attempt to leave, so nothing waited")


def test_no_tracked_output_holds_a_path_of_this_machine(by_dvc: Project) -> None:
    reports = [p for p in (by_dvc.folder / "reports").rglob("*") if p.is_file()]
    assert len(reports) > 10
    for path in [*reports, by_dvc.folder / "dvc.lock"]:
        assert str(by_dvc.folder) not in path.read_text(encoding="utf-8"), path


def changed(project: Project) -> set[str]:
    """Return the stages that DVC calls changed, and all that follow them."""
    from dvc.repo import Repo

    with chdir(project.folder), Repo() as repo:
        return {name for name in repo.status() if not name.endswith(".dvc")}


EVALUATION = {"evaluate", "analyze", "gate", "report"}


@pytest.mark.fault
@pytest.mark.parametrize(
    ("setting", "first"),
    [
        ("predict.max_new_tokens=9", {"predict@base", "predict@candidate", "predict@champion"}),
        ("phases.sft.learning_rate=0.001", {"train@sft"}),
        ("evaluate.resamples=200", {"evaluate"}),
        ("gate.min_gain=0.01", {"gate"}),
        ("analyze.hardest=3", {"analyze"}),
        ("propose.rows=9", {"propose"}),
        ("sequence.resamples=200", {"sequence"}),
        ("report.examples=3", {"report"}),
        ("split.validation_ratio=0.2", {"split"}),
        ("augment.steps=[{kind: aeda, share: 0.5}]", {"augment"}),
        ("validate.clean.expectations=[{kind: unique_ids}]", {"validate@clean"}),
        ("clean.steps=[{kind: exact_duplicates}]", {"clean"}),
    ],
)
def test_f10_a_dial_changes_its_own_stage_and_no_other(
    by_dvc: Project, setting: str, first: set[str], seen: Callable[..., None]
) -> None:
    params = by_dvc.folder / "params.yaml"
    before = params.read_bytes()
    try:
        apply(None, [setting], params)
        assert changed(by_dvc) == first
    finally:
        params.write_bytes(before)
    seen(f"{setting.partition('=')[0]}: {', '.join(sorted(first))} and no other")


@pytest.fixture
def edited(by_dvc: Project) -> Callable[[str], None]:
    """Append a comment to a file of the copy, and take it back afterwards."""
    kept: dict[Path, bytes] = {}

    def edit(name: str) -> None:
        path = by_dvc.folder / name
        kept[path] = path.read_bytes()
        path.write_bytes(kept[path] + b"\n# edited\n")

    yield edit
    for path, content in kept.items():
        path.write_bytes(content)


@pytest.mark.parametrize(
    ("file", "stages"),
    [
        ("src/tunesmith/metrics/rouge_l.py", {"evaluate", "analyze", "propose", "sequence"}),
        ("src/tunesmith/methods/lora.py", {"train@sft"}),
        ("src/tunesmith/methods/prefix.py", set()),
        ("src/tunesmith/cleaners/pii.py", {"clean"}),
    ],
)
def test_a_change_of_code_reaches_only_the_stages_that_use_it(
    by_dvc: Project, edited: Callable[[str], None], file: str, stages: set[str]
) -> None:
    edited(file)
    assert changed(by_dvc) == stages


@pytest.mark.fault
def test_f10_a_dial_turned_back_restores_the_result_without_training(
    by_dvc: Project, seen: Callable[..., None]
) -> None:
    params = by_dvc.folder / "params.yaml"
    before = params.read_bytes()
    weights = by_dvc.folder / "models" / "sft" / "adapter_model.safetensors"
    trained = weights.read_bytes()
    apply(None, ["phases.sft.learning_rate=0.001"], params)
    other = by_dvc.run("dvc", "repro", "train@sft")
    assert "Running stage 'train@sft'" in other.stdout
    assert weights.read_bytes() != trained
    params.write_bytes(before)
    back = by_dvc.run("dvc", "repro", "train@sft")
    assert "Stage 'train@sft' is cached" in back.stdout
    assert "Running stage" not in back.stdout
    assert weights.read_bytes() == trained
    seen("learning_rate turned and turned back: trained once, then restored, the same bytes")


@pytest.fixture
def on_small_disk(by_dvc: Project, tmp_path: Path) -> Iterator[Path]:
    """The finished project on a disk of its own, with little room."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=128m", "none", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root can mount a small disk")
    try:
        cached = shutil.ignore_patterns(".git", "cache", ".work")
        yield Path(shutil.copytree(by_dvc.folder, disk / "project", ignore=cached))
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


@pytest.mark.fault
def test_disk_full_in_each_stage_is_one_line(
    on_small_disk: Path, seen: Callable[..., None]
) -> None:
    stages = yaml.safe_load((on_small_disk / "dvc.lock").read_text())["stages"]
    asked = {
        name: (stage["cmd"], [out["path"] for out in stage["outs"]])
        for name, stage in stages.items()
    }
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests/faults/on_full_disk.py")],
        cwd=on_small_disk,
        env={**os.environ, "PYTHONPATH": f"{on_small_disk}{os.pathsep}{on_small_disk / 'src'}"},
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert set(told) == set(stages)
    for name, (code, said) in told.items():
        expected = rf"error: {on_small_disk}.*: no space left on this disk.*then run again"
        assert code == 1, f"{name}: {said}"
        assert "Traceback" not in said, f"{name}: {said}"
        assert re.match(expected, said.splitlines()[-1]), f"{name}: {said}"
    seen(f"each of {len(told)} stages says in one line that the disk is full")
