"""What the flow costs beside bare `dvc repro` on the same work, with nothing to do, at its start.

    python -m benchmarks.flow_overhead [--stages 15] [--rounds 12000000] [--pairs 3]

One run: both are forced in turn on one project of stages that each compute for some seconds; the
start-up of each is what it takes with nothing to do, and is taken off before the ratio. CPU seconds
are those of all processes, the flow's server too. Exits with 1 where a limit is missed.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.pipeline import Cost, measure
from benchmarks.toy_project import ROOT, make_chain

RATIO, SKIPPED_SECONDS = 1.15, 5.0
SERVER = """
import time
from flows.server import prefect_api
started = time.monotonic()
with prefect_api() as server:
    server.wait()
    print(time.monotonic() - started, time.process_time())
"""
REPORTED = """
import sys, time
from flows.retrain import main
from flows.server import prefect_api
with prefect_api() as server:
    server.wait()
    started, used = time.monotonic(), time.process_time()
    assert main([]) == 0
    print(time.monotonic() - started, time.process_time() - used)
"""


def cost_of(code: str) -> Cost:
    """Return wall and CPU seconds, the two numbers that a program prints last."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    wall, cpu = done.stdout.split()[-2:]
    return Cost(float(wall), float(cpu))


def middle(costs: list[Cost]) -> Cost:
    """Return the median of each."""
    return Cost(
        statistics.median(cost.wall_seconds for cost in costs),
        statistics.median(cost.cpu_seconds for cost in costs),
    )


def main() -> int:
    """Measure, print one table, and return 1 where a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stages", type=int, default=15)
    parser.add_argument("--rounds", type=int, default=12_000_000, help="of hashing in each stage")
    parser.add_argument("--pairs", type=int, default=3, help="of forced runs, and of idle ones")
    options = parser.parse_args()
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    os.environ.pop("PREFECT_API_URL", None)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        folder = Path(place, "clone")
        folder.mkdir()
        with chdir(folder):
            make_chain(options.stages, options.rounds)
            return _measure(options.stages, options.pairs)


def _measure(stages: int, pairs: int) -> int:
    """Measure in the project of the current folder."""
    names = [f"s{number:02}" for number in range(stages)]
    forced = [word for name in names for word in ("--force", name)]
    first_start = cost_of(SERVER)
    measure("dvc", "repro")
    starts = middle([cost_of(SERVER) for _ in range(pairs)])
    idle_dvc, idle_flow = _in_turn(pairs, lambda: measure("dvc", "repro"), lambda: measure(_FLOW))
    dvc, flow = _in_turn(
        pairs, lambda: measure("dvc", "repro", "--force"), lambda: measure(_FLOW, *forced)
    )
    skipped = middle([cost_of(REPORTED) for _ in range(pairs)])
    wall = (flow.wall_seconds - idle_flow.wall_seconds) / (dvc.wall_seconds - idle_dvc.wall_seconds)
    cpu = (flow.cpu_seconds - idle_flow.cpu_seconds) / (dvc.cpu_seconds - idle_dvc.cpu_seconds)
    more_wall = (
        flow.wall_seconds - idle_flow.wall_seconds - dvc.wall_seconds + idle_dvc.wall_seconds
    )
    more_cpu = flow.cpu_seconds - idle_flow.cpu_seconds - dvc.cpu_seconds + idle_dvc.cpu_seconds
    table = Table("figure", "wall s", "CPU s", "limit", title=f"Flow, {stages} stages")

    def row(name: str, cost: Cost, limit: str = "") -> None:
        table.add_row(name, f"{cost.wall_seconds:.1f}", f"{cost.cpu_seconds:.1f}", limit)

    row("dvc repro, forced", dvc)
    row("flow, forced", flow)
    row("dvc repro, nothing to do", idle_dvc)
    row("flow, nothing to do, own server", idle_flow)
    table.add_row("flow / dvc repro, less start-up", f"{wall:.3f}", f"{cpu:.3f}", f"{RATIO} wall")
    table.add_row(
        "more for each stage", f"{more_wall / stages:.2f}", f"{more_cpu / stages:.2f}", ""
    )
    row("all skipped, server up; CPU without the server's", skipped, f"{SKIPPED_SECONDS:g} wall")
    table.add_row("own server, first start", f"{first_start.wall_seconds:.1f}", "", "")
    table.add_row("own server, later starts", f"{starts.wall_seconds:.1f}", "", "")
    Console(width=100).print(table)
    return int(wall > RATIO or skipped.wall_seconds > SKIPPED_SECONDS)


_FLOW = "flows.retrain"


def _in_turn(pairs: int, one: Callable[[], Cost], other: Callable[[], Cost]) -> tuple[Cost, Cost]:
    """Return the medians of two things, done in turn: what else the machine does hits both."""
    ones, others = [], []
    for _ in range(pairs):
        ones.append(one())
        others.append(other())
    return middle(ones), middle(others)


if __name__ == "__main__":
    sys.exit(main())
