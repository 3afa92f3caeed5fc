"""Stages added to the toy project, run from a process of their own, watched and ended."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import yaml

from tests.flows.conftest import start

ORDER = ["collect", "clean", "train@sft", "train@dpo", "report"]
REPRODUCE = "import sys; from flows.runner import reproduce; reproduce(sys.argv[1])"


def edit(path: str, old: str, new: str) -> None:
    """Replace the first occurrence of a text in a file."""
    text = Path(path).read_text()
    assert old in text
    Path(path).write_text(text.replace(old, new, 1))


def add_stage(name: str, cmd: str, **more: object) -> None:
    """Write one more stage, whose out is `<name>.txt`, into dvc.yaml."""
    tree = yaml.safe_load(Path("dvc.yaml").read_text())
    stage = {"cmd": cmd, "deps": ["raw.txt"], "outs": [f"{name}.txt"], **more}
    tree["stages"][name] = stage
    Path("dvc.yaml").write_text(yaml.safe_dump(tree, sort_keys=False))


def add_python_stage(name: str, code: str) -> None:
    Path(f"{name}.py").write_text(code)
    add_stage(name, f"python {name}.py && touch {name}.txt")


def locked() -> dict[str, object]:
    path = Path("dvc.lock")
    stages = yaml.safe_load(path.read_text())["stages"] if path.exists() else {}
    assert isinstance(stages, dict)
    return stages


def running(script: str) -> list[psutil.Process]:
    """Return the processes of this script in the current folder."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        cmdline = process.info["cmdline"] or []
        if script in cmdline and process.info["status"] != psutil.STATUS_ZOMBIE:
            try:
                found += [process] if process.cwd() == str(Path.cwd()) else []
            except psutil.NoSuchProcess:
                continue
    return found


@contextmanager
def started(stage: str, shell: str) -> Iterator["subprocess.Popen[str]"]:
    """Run a stage from a process of its own, DVC using this shell; give it once it says `up`."""
    runner = subprocess.Popen(
        [sys.executable, "-c", REPRODUCE, stage],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "SHELL": shell},
    )
    assert runner.stdout is not None
    with runner.stdout:
        assert any(line == "up\n" for line in runner.stdout)
        yield runner


@contextmanager
def under_way(
    stage: str, shell: str = "/bin/sh"
) -> Iterator[tuple["subprocess.Popen[str]", dict[str, psutil.Process]]]:
    """Run a stage from a process of its own; give that and its family once the stage is up."""
    names = ["runner", "launcher", "dvc", "shell", "stage"]
    with started(stage, shell) as runner:
        ours = psutil.Process(runner.pid)
        family = [ours, *ours.children(recursive=True)]
        assert len(family) == len(names), family
        try:
            yield runner, dict(zip(names, family, strict=True))
        finally:
            for process in family:
                if process.is_running():
                    process.kill()
            runner.wait()


def gone_within(seconds: float, processes: list[psutil.Process]) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if all(_is_gone(process) for process in processes):
            return True
        time.sleep(0.05)
    return False


def _is_gone(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def retrain(*arguments: str) -> tuple[int, str, str]:
    """Return exit code, output and errors of one run."""
    process = start(*arguments)
    out, err = process.communicate(timeout=180)
    return process.returncode, out, err


def table(out: str) -> dict[str, str]:
    """Return stage → outcome from the table at the end."""
    rows = out.splitlines()
    head = max(i for i, row in enumerate(rows) if row.startswith("stage ") and "outcome" in row)
    return {row.split()[0]: row[rows[head].index("outcome") :].split("  ")[0].strip()
            for row in rows[head + 1 :]}  # fmt: skip


def outcomes(out: str) -> list[str]:
    """Return how the stages of the toy project ended, in their order."""
    found = table(out)
    assert list(found) == ORDER
    return list(found.values())
