"""Rows per CPU-second of the clean stage, by step and in all.

CPU-seconds are user and system time of all threads; starting Python, reading and writing count.
Run from the root of the project: `python -m benchmarks.clean_speed`. The rows are those of
`mixed_rows.py`, the steps those of params.yaml. The last line says how many of the wrong labels
`label_noise` flags (recall), and how many of its flags are right (precision).
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.mixed_rows import made_rows
from tunesmith.cleaners import CleanParams
from tunesmith.cleaners.base import TextedRows
from tunesmith.cleaners.run import Record, apply_step, decision_table, untouched
from tunesmith.rows import Row, read_rows, to_frame, to_rows, write_rows, write_table
from tunesmith.stage import collect_rarely


def timed(function: Callable[..., Any], *args: Any) -> tuple[Any, float]:
    """Return a result and the CPU-seconds, of all threads, that it took."""
    start = time.process_time()
    result = function(*args)
    return result, time.process_time() - start


def measure(
    folder: Path, params: CleanParams
) -> tuple[list[tuple[str, int, float]], list[Row], list[Record]]:
    """Return name, rows and CPU-seconds of each part of the stage, the rows left, and decisions."""
    frame, seconds = timed(read_rows, folder / "examples.parquet")
    costs = [("read", len(frame), seconds)]
    rows, seconds = timed(to_rows, frame)
    costs.append(("to rows", len(rows), seconds))
    rows, seconds = timed(TextedRows, rows)
    costs.append(("texts", len(rows), seconds))
    decisions: list[Record] = []
    for step in params.steps:
        (left, acted), seconds = timed(apply_step, rows, step, 0)
        costs.append((step.kind, len(rows), seconds))
        rows, decisions = left, decisions + acted

    def write() -> None:
        decisions.extend(untouched(rows, decisions))
        write_rows(folder / "kept.parquet", to_frame(rows))
        write_table(folder / "decisions.parquet", decision_table(decisions))

    _, seconds = timed(write)
    return [*costs, ("write", len(rows), seconds)], rows, decisions


def found_labels(rows: list[Row], decisions: list[Record]) -> str:
    """Return recall and precision of the flags of `label_noise` among the rows that are left."""
    flagged = {one["id"] for one in decisions if one["step"] == "label_noise"}
    metas = {row["id"]: json.loads(row["meta"]) for row in rows if row["meta"]}
    wrong = {name for name, meta in metas.items() if meta["intent"] != meta["true"]}
    right = len(flagged & wrong)
    recall, precision = right / max(len(wrong), 1), right / max(len(flagged), 1)
    return (
        f"label_noise: {len(wrong):,} wrong labels among {len(metas):,}, {len(flagged):,} flagged; "
        f"recall {recall:.3f}, precision {precision:.3f}"
    )


def main() -> None:
    """Print one line for each step and the total."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--without", nargs="*", default=[], help="kinds of cleaners left out")
    args = parser.parse_args()
    started = time.process_time()  # Python and its libraries are loaded
    collect_rarely()  # as the stage does
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_rows(folder / "examples.parquet", to_frame(made_rows(args.rows, seed=0)))
        steps = CleanParams.read("clean").steps
        chosen = CleanParams(steps=tuple(s for s in steps if s.kind not in args.without))
        costs, rows, decisions = measure(folder, chosen)
    costs.insert(0, ("start", args.rows, started))
    table = Table("step", "rows", "CPU-seconds", "rows per CPU-second")
    for part, count, seconds in [*costs, ("total", args.rows, sum(cost[2] for cost in costs))]:
        table.add_row(part, f"{count:,}", f"{seconds:.2f}", f"{count / max(seconds, 1e-9):,.0f}")
    Console().print(table)
    Console().print(found_labels(rows, decisions))


if __name__ == "__main__":
    main()
