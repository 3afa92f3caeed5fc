"""Runs the whole pipeline in a copy of the project, and reads what it left."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def copy_project(folder: Path) -> None:
    """Copy every file under version control, as it is now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for name in filter(None, listed.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)


def run_pipeline(folder: Path, recipe: str, settings: Sequence[str]) -> None:
    """Lay a recipe and single `key=value` settings on the dials of a copy, and run every stage."""
    sets = [word for setting in settings for word in ("--set", setting)]
    call(folder, "tunesmith", "recipe", "apply", recipe, *sets)
    call(folder, "dvc", "repro")


def call(folder: Path, *words: str) -> None:
    """Run one of the project's commands in a folder, with the code that is there."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = {**os.environ, "PATH": path, "PYTHONPATH": os.pathsep.join(_places(folder))}
    subprocess.run([sys.executable, "-m", *words], cwd=folder, check=True, env=env)


def _places(folder: Path) -> list[str]:
    """Return where packages are found: the copy, and what lies outside of this working copy."""
    set_before = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    outside = [place for place in set_before if not Path(place).resolve().is_relative_to(ROOT)]
    return [str(folder / "src"), *outside]


def read(folder: Path, name: str) -> Any:
    """Return a JSON file of a run."""
    return json.loads((folder / name).read_text(encoding="utf-8"))


def accounted(folder: Path) -> list[tuple[str, int]]:
    """Return what became of every row that was read: where it went, or the reason it did not.

    Raises:
        AssertionError: a row is missing from the account.
    """
    manifest, clean, split = (
        read(folder, f"reports/data/{name}.json") for name in ("manifest", "clean", "split")
    )
    rows = manifest["totals"]["rows"] + manifest["totals"]["quarantined"]
    account = [("fits no shape", manifest["totals"]["quarantined"])]
    for step, reasons in clean["dropped"].items():
        account += [(f"{step}: {reason}", count) for reason, count in reasons.items()]
    account += [(f"split: {reason}", count) for reason, count in split["dropped_by_reason"].items()]
    account += [(side, part["rows"]) for side, part in split["splits"].items()]
    account += [(f"ood:{name}", part["rows"]) for name, part in split["ood"].items()]
    assert sum(count for _, count in account) == rows, f"{rows} rows read, accounted: {account}"
    return [("read", rows), *((name, count) for name, count in account if count)]


def interval(score: dict[str, float]) -> str:
    """Return `value [low, high]` of a score or a difference."""
    value = score["difference"] if "difference" in score else score["value"]
    return f"{value:.3g} [{score['low']:.3g}, {score['high']:.3g}]"
