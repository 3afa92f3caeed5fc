"""`tunesmith reproduce`: rebuilds a version in a clean clone, and compares every output."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flows.dag import DVC_LOCK
from flows.history import History
from flows.repository import git
from flows.runner import environment
from flows.subjects import Subject, champion_at, subject
from tunesmith.errors import UserError
from tunesmith.lineage.lock import Entry, Lock, StageLock, holds
from tunesmith.lineage.nearness import scores_apart, weights_apart

OWN_CACHE = "[cache]\n    dir = cache\n"
TIMINGS = "reports/efficiency"
SCORES = "reports/metrics.json"
ON_GPU = 0.02  # of a score's range
EXCUSED = ("same", "timings", "within tolerance")


@dataclass(frozen=True)
class Compared:
    """One output: `same`, `timings`, `within tolerance`, `differs` or `missing`, and why."""

    path: str
    state: str
    words: str = ""


def run_reproduce(name: str, keep: bool, tolerance: float | None, pull: bool) -> int:
    """Rebuild, print a table, and return 1 if an output is another, else 0.

    Args:
        name: of a version, stage or commit.
        keep: leave the clone there.
        tolerance: how far scores may be apart, of their range; None: 0 without a GPU here.
        pull: fetch inputs that the cache lacks.

    Raises:
        UserError: no such version, an input is not to be had, or a stage failed.
    """
    history = History(pull=pull)
    found = subject(name, history)
    if found is None:
        raise UserError(f"{name}: no version, stage or commit; `tunesmith registry` lists them")
    place = Path(tempfile.mkdtemp(prefix="tunesmith-reproduce-"))
    try:
        clone = prepare(found, place / "clone", history)
        rebuild(clone)
        allowed = _default_tolerance() if tolerance is None else tolerance
        rows = compare(found, clone, history, allowed)
    finally:
        if keep:
            print(f"kept: {place / 'clone'}")
        else:
            shutil.rmtree(place, ignore_errors=True)
    _print(rows)
    wrong = [one for one in rows if one.state not in EXCUSED]
    print(_verdict(found, rows, wrong, allowed))
    return int(bool(wrong))


def prepare(found: Subject, clone: Path, history: History) -> Path:
    """Clone the commit with an empty cache, and lay in what no stage makes.

    That is the data that `.dvc` files name, and the champion of then, which is fetched by its tag.
    DVC could restore nothing else: it has to compute.
    """
    git("clone", "--quiet", "--no-checkout", ".", str(clone))
    git("-C", str(clone), "checkout", "--quiet", "--detach", found.rev)
    (clone / ".dvc/config.local").write_text(OWN_CACHE)  # no shared one, which holds the outputs
    inputs = history.tracked(found.rev)
    before = champion_at(found.rev, history)
    past = history.lock(before.rev).out(before.model) if before else None
    for entry in [*inputs, *([past] if past else [])]:
        for name, md5 in history.objects(entry).items():
            source = history.cached(md5, name)
            target = clone / ".dvc/cache/files/md5" / md5[:2] / md5[2:]
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    if inputs:
        _dvc(clone, "checkout", "--quiet", *(f"{entry.path}.dvc" for entry in inputs))
    return clone


def rebuild(clone: Path) -> None:
    """Run every stage, whatever DVC thinks of it.

    Raises:
        UserError: one failed.
    """
    _dvc(clone, "repro", "--force")


def compare(found: Subject, clone: Path, history: History, tolerance: float) -> list[Compared]:
    """Return how every output of the commit came out, in the order of the stages."""
    before = history.lock(found.rev)
    after = Lock.parse((clone / DVC_LOCK).read_text("utf-8"), str(clone / DVC_LOCK))
    near = tolerance > 0 and _are_near(found, clone, history, tolerance)
    return [
        _compared(stage, out, after, clone, history, near)
        for stage in before.stages
        for out in stage.outs
    ]


def _compared(
    stage: StageLock, out: Entry, after: Lock, clone: Path, history: History, near: bool
) -> Compared:
    """Return how one output came out."""
    other = after.out(out.path)
    if other is None:
        return Compared(out.path, "missing", f"{stage.name} did not write it")
    if other.md5 == out.md5:
        return Compared(out.path, "same")
    if holds(TIMINGS, out.path) or any(holds(dep.path, TIMINGS) for dep in _timed(stage)):
        return Compared(out.path, "timings", "holds seconds or memory of the run")
    words = f"md5 {out.md5[:8]}… → {other.md5[:8]}…"
    words += _weights(out, clone, history)
    return Compared(out.path, "within tolerance" if near else "differs", words)


def _timed(stage: StageLock) -> Iterator[Entry]:
    """Yield the inputs of a stage that are timings, as if they were the folder of all."""
    for dep in stage.deps:
        if holds(TIMINGS, dep.path) or holds(dep.path, TIMINGS):
            yield Entry(path=TIMINGS, md5=dep.md5)


def _weights(out: Entry, clone: Path, history: History) -> str:
    """Say how far the weights of a model are apart."""
    if not out.is_folder:
        return ""
    apart = [
        weights_apart(history.cached(md5, name), clone / out.path / name)
        for name, md5 in history.inside(out).items()
        if name.endswith(".safetensors") and (clone / out.path / name).exists()
    ]
    return f", weights apart by {max(apart):.2g} of their norm" if apart else ""


def _are_near(found: Subject, clone: Path, history: History, tolerance: float) -> bool:
    """Tell whether the candidate's scores are as near as is allowed."""
    import json

    told, path = history.json(found.rev, SCORES), clone / SCORES
    if told is None or not path.exists():
        return False
    return scores_apart(told, json.loads(path.read_text("utf-8"))) <= tolerance


def _default_tolerance() -> float:
    """Return how far scores may be apart: not at all on a CPU, which repeats its bytes."""
    import torch

    return ON_GPU if torch.cuda.is_available() else 0.0


def _dvc(clone: Path, *words: str) -> None:
    """Run DVC in the clone, with the clone's own code and nothing of this one's.

    Raises:
        UserError: it failed; its last line.
    """
    env = environment() | {"PYTHONPATH": os.pathsep.join([str(clone / "src"), str(clone)])}
    env = {key: value for key, value in env.items() if not key.startswith("GIT_")}
    done = subprocess.run(
        [sys.executable, "-m", "dvc", *words],
        cwd=clone, env=env, check=False, text=True, stdin=subprocess.DEVNULL,
        stdout=None if "repro" in words else subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        told = [line for line in lines if line.startswith(("error: ", "ERROR: "))]
        raise UserError(f"dvc {words[0]} in the clone: {[*told, *lines, 'failed'][0]}")


def _print(rows: list[Compared]) -> None:
    """Print the table."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("output", "came out", "", box=None, pad_edge=False, header_style="underline")
    for one in rows:
        style = "" if one.state in EXCUSED else "bold red"
        table.add_row(*map(Text, (one.path, one.state, one.words)), style=style)
    Console(width=None if sys.stdout.isatty() else 140, highlight=False).print(table)


def _verdict(found: Subject, rows: list[Compared], wrong: list[Compared], tolerance: float) -> str:
    """Say in a line how it came out."""
    counts = {state: sum(one.state == state for one in rows) for state in EXCUSED}
    told = ", ".join(f"{n} {state}" for state, n in counts.items() if n)
    how = f"scores within {tolerance:g} of their range" if tolerance else "byte for byte"
    verdict = f"{len(wrong)} DIFFER" if wrong else "reproduced"
    return f"{found.name}: {verdict} ({how}): {told or 'nothing is the same'}"
