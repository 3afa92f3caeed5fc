"""Prints what the pipeline costs on this machine: forced, with nothing to do, and its start-up.

`make bench`. Wall seconds where a person waits, CPU seconds where the machine is shared.
"""

import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from flows.runner import environment

STAGES = sorted(path.stem for path in Path("stages").glob("*.py") if path.stem != "__init__")


@dataclass(frozen=True)
class Cost:
    """What one command took."""

    wall_seconds: float
    cpu_seconds: float


def measure(*command: str) -> Cost:
    """Run a command with this interpreter and return its cost; its children count."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", *command], check=True, stdout=subprocess.DEVNULL, env=environment()
    )
    wall = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main() -> None:
    """Measure and print one table: figure, measured, limit."""
    table = Table("figure", "wall s", "CPU s", "limit", title="Pipeline")

    def row(name: str, cost: Cost, limit: str) -> None:
        table.add_row(name, f"{cost.wall_seconds:.1f}", f"{cost.cpu_seconds:.1f}", limit)

    row("dvc repro --force", measure("dvc", "repro", "--force"), "240 s wall")
    row("dvc repro, nothing to do", measure("dvc", "repro"), "3 s wall")
    row("flow, nothing to do, no server", measure("flows.retrain"), "25 s wall")
    for name in STAGES:
        row(f"stages.{name} --help", measure(f"stages.{name}", "--help"), "1.5 s CPU")
    Console().print(table)


if __name__ == "__main__":
    main()
