"""Rows per CPU-second of the clean stage, by step and in all, reading and writing included.

Run from the root of the project: `python -m benchmarks.clean_speed`. The rows are made up, half
English and half Chinese, three in ten with a flaw; the steps are those of params.yaml.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from rich.console import Console
from rich.table import Table

from tunesmith.cleaners import CleanParams
from tunesmith.cleaners.run import DECISIONS, Record, apply_step, untouched
from tunesmith.rows import Row, read_rows, row_id, to_frame, to_rows, write_rows, write_table

def timed(function: Callable[..., Any], *args: Any) -> tuple[Any, float]:
    """Return a result and the CPU-seconds, of all threads, that it took."""
    start = time.process_time()
    result = function(*args)
    return result, time.process_time() - start


def measure(folder: Path, params: CleanParams) -> list[tuple[str, int, float]]:
    """Return name, rows and CPU-seconds of each part of the stage."""
    frame, seconds = timed(read_rows, folder / "examples.parquet")
    costs = [("read", len(frame), seconds)]
    rows, seconds = timed(to_rows, frame)
    costs.append(("to rows", len(rows), seconds))
    decisions: list[Record] = []
    for step in params.steps:
        (left, acted), seconds = timed(apply_step, rows, step, 0)
        costs.append((step.kind, len(rows), seconds))
        rows, decisions = left, decisions + acted

    def write() -> None:
        decisions.extend(untouched(rows, decisions))
        write_rows(folder / "kept.parquet", to_frame(rows))
        table = pa.Table.from_pylist(decisions, schema=DECISIONS)
        write_table(folder / "decisions.parquet", table)

    _, seconds = timed(write)
    return [*costs, ("write", len(rows), seconds)]


def main() -> None:
    """Print one line for each step and the total."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--without", nargs="*", default=[], help="kinds of cleaners left out")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_rows(folder / "examples.parquet", to_frame(made_rows(args.rows, seed=0)))
        steps = CleanParams.read("clean").steps
        chosen = CleanParams(steps=tuple(s for s in steps if s.kind not in args.without))
        costs = measure(folder, chosen)
    table = Table("step", "rows", "CPU-seconds", "rows per CPU-second")
    for part, rows, seconds in [*costs, ("total", args.rows, sum(cost[2] for cost in costs))]:
        table.add_row(part, f"{rows:,}", f"{seconds:.2f}", f"{rows / max(seconds, 1e-9):,.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
