"""Prints what it costs to hand a stage to a worker in another clone, part by part.

    python -m benchmarks.hand_over [--times 3]

Server, both workers and the run are on this machine, and the stage itself takes no time: what is
printed is what a hand-over adds. Limit: 30 seconds.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from ruamel.yaml import YAML

from benchmarks.toy_project import call, everything, make_chain
from flows.runner import environment
from flows.server import ask

ROOT = Path(__file__).resolve().parents[1]
STAGE, LIMIT = "s01", 30.0


def main() -> None:
    """Hand a stage over some times and print the median of each part."""
    times = _parse().times
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "clone").mkdir()
        os.chdir(Path(folder, "clone"))
        _make()
        with everything("--gpu-clone", "../gpu") as (url, _):
            measured = [_parts(url, number) for number in range(times)]
        os.chdir(ROOT)
    table = Table("part", "seconds", title=f"A stage handed over, median of {times}")
    for part in measured[0]:
        table.add_row(part, f"{statistics.median(one[part] for one in measured):.1f}")
    whole = statistics.median(sum(one.values()) for one in measured)
    table.add_row("together", f"{whole:.1f} (limit {LIMIT:.0f})")
    Console().print(table)


def _make() -> None:
    """Make three stages in a row, the second of which belongs in pool gpu."""
    make_chain(3, 1)
    yaml = YAML(typ="safe")
    tree = yaml.load(Path("dvc.yaml"))
    tree["stages"][STAGE]["meta"] = {"pool": "gpu"}
    yaml.dump(tree, Path("dvc.yaml"))
    tree = yaml.load(ROOT / "prefect.yaml")
    tree["deployments"] = [one for one in tree["deployments"] if one["name"] == "gpu-stage"]
    tree["deployments"][0]["entrypoint"] = "toy.py:on_worker"
    yaml.dump(tree, Path("prefect.yaml"))
    Path("toy.py").write_text("from flows.on_worker import on_worker\n")
    call("git", "add", "-A")
    call("git", "commit", "-qm", "Hand one over")
    call("git", "push", "-q", "origin", "main")


def _parts(url: str, number: int) -> dict[str, float]:
    """Hand the stage over once, and return the seconds of each part."""
    Path("raw.txt").write_text(f"{number}\n")
    call("git", "commit", "--allow-empty", "-qam", "New data")
    call("git", "push", "-q", "origin", "main")
    words = [sys.executable, "-m", "flows.retrain", "--deliver"]
    env = environment() | {"PREFECT_API_URL": url}
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    time.sleep(3.0)  # the last records are on their way
    child = _last(url, "flow_runs", STAGE + " in gpu")
    task = _last(url, "task_runs", STAGE)
    of_child = {"logs": {"flow_run_id": {"any_": [child["id"]]}}}
    logs = ask("POST", f"{url}/logs/filter", of_child)
    line = {log["message"]: _when(log["timestamp"]) for log in logs}
    submitted = min(line.values())
    running = next(when for text, when in line.items() if "Running stage" in text)
    marks = {
        "begun": _when(task["start_time"]),
        "inputs pushed, run created": _when(child["created"]),
        "picked up by the worker": submitted,
        "Python and Prefect started": _when(child["start_time"]),
        "commit checked out, inputs pulled": running,
        "stage run, outputs pushed, answered": _when(child["end_time"]),
        "noticed, checked, taken": _when(task["end_time"]),
    }
    names = list(marks)
    return {after: marks[after] - marks[before] for before, after in pairwise(names)}


def _last(url: str, kind: str, name: str) -> dict[str, Any]:
    """Return the last run of a name."""
    query = {kind: {"name": {"any_": [name]}}, "sort": "EXPECTED_START_TIME_DESC"}
    found: list[dict[str, Any]] = ask("POST", f"{url}/{kind}/filter", query)
    return found[0]


def _when(text: str) -> float:
    """Return a moment in seconds."""
    return datetime.fromisoformat(text).timestamp()


def _parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
