"""Cleaning in one process beside two workers of a cluster: CPU-seconds, and who holds how much.

Run from the root of the project: `python -m benchmarks.scale_out --rows 200000`. Rows are short
and made up, three in ten repeat another. Each way runs in a process of its own; both must write
the same bytes.
"""

import argparse
import multiprocessing
import os
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
from rich.console import Console
from rich.table import Table

from benchmarks.duplicate_rows import make
from tunesmith.cleaners import CleanParams
from tunesmith.cleaners.run import DECISIONS, run_cleaners
from tunesmith.cleaners.scale_out.cluster import connected
from tunesmith.cleaners.scale_out.params import ScaleOut
from tunesmith.cleaners.scale_out.run import clean_spread, write_spread
from tunesmith.cleaners.scale_out.write import write_tables
from tunesmith.files import sha256_file
from tunesmith.rows import SCHEMA, Row, read_rows, table_of, to_frame, write_rows, write_table
from tunesmith.stage import peak_memory_bytes

KINDS = ("length", "pii", "exact_duplicates", "near_duplicates")
STEPS = CleanParams.model_validate({"steps": [{"kind": kind} for kind in KINDS]}).steps
MADE_ROWS = 20_000  # made at once


class Cost(NamedTuple):
    """What one way of cleaning took; memory is the peak of each process, in bytes."""

    name: str
    seconds: float
    cpu_seconds: float
    client: int
    workers: list[int]
    digest: str


def write_examples(path: Path, rows: int) -> None:
    """Write the made rows."""
    texts = make(rows).texts
    starts = range(0, len(texts), MADE_ROWS)
    write_tables(path, (_table(texts[k : k + MADE_ROWS], k) for k in starts), SCHEMA)


def _table(texts: list[str], first: int) -> pa.Table:
    """Return rows whose question is a text."""
    return table_of(to_frame(_row(text, place) for place, text in enumerate(texts, first)))


def _row(text: str, place: int) -> Row:
    """Return one row."""
    return {
        "id": f"{place:016x}",
        "task": "chat",
        "prompt": [{"role": "user", "content": text}],
        "completion": [{"role": "assistant", "content": "It is noted."}],
        "source": f"made.jsonl:{place + 1}",
        "lang": "en",
    }


def alone(folder: Path) -> tuple[float, list[int]]:
    """Clean in this process; there are no workers."""
    cleaned = run_cleaners(read_rows(folder / "examples.parquet"), STEPS, seed=0)
    write_rows(folder / "kept.parquet", cleaned.kept)
    table = pa.Table.from_pylist(cleaned.decisions, schema=DECISIONS)
    write_table(folder / "decisions.parquet", table)
    return 0.0, []


def spread(folder: Path, partition_rows: int) -> tuple[float, list[int]]:
    """Clean on two workers; return their CPU-seconds and peaks of memory."""
    with connected(ScaleOut(workers=2)) as client:
        cleaned = clean_spread(client, folder / "examples.parquet", STEPS, 0, partition_rows)
        write_spread(cleaned, folder / "kept.parquet", folder / "decisions.parquet")
        peaks = client.run(peak_memory_bytes).values()
        return sum(client.run(time.process_time).values()), list(peaks)


def measure(name: str, folder: Path, partition_rows: int, queue: Any) -> None:
    """Put the cost of one way on the queue."""
    start, before = time.monotonic(), time.process_time()
    way = alone(folder) if name == "one process" else spread(folder, partition_rows)
    seconds, cpu = time.monotonic() - start, time.process_time() - before
    names = ("kept.parquet", "decisions.parquet")
    digest = " ".join(sha256_file(folder / file)[:8] for file in names)
    queue.put(Cost(name, seconds, cpu + way[0], peak_memory_bytes(), way[1], digest))


def costs(rows: int, partition_rows: int) -> list[Cost]:
    """Return the cost of both ways, each in a process that did nothing before."""
    context = multiprocessing.get_context("spawn")
    found = []
    with tempfile.TemporaryDirectory() as name:
        write_examples(Path(name) / "examples.parquet", rows)
        for way in ("one process", "two workers"):
            queue = context.Queue()
            arguments = (way, Path(name), partition_rows, queue)
            process = context.Process(target=measure, args=arguments)
            process.start()
            found.append(queue.get())
            process.join()
    return found


def main() -> None:
    """Print both ways; end with 1 if their bytes differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[200_000])
    parser.add_argument("--partition-rows", type=int, default=50_000)
    args = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    heads = "rows", "way", "seconds", "CPU-seconds", "client MB", "workers MB", "kept, decisions"
    table, same = Table(*heads), True
    for rows in args.rows:
        found = costs(rows, args.partition_rows)
        same &= len({cost.digest for cost in found}) == 1
        for cost in found:
            peaks = ", ".join(f"{peak / 2**20:,.0f}" for peak in cost.workers)
            spent = f"{cost.seconds:.1f}", f"{cost.cpu_seconds:.1f}", f"{cost.client / 2**20:,.0f}"
            table.add_row(f"{rows:,}", cost.name, *spent, peaks, cost.digest)
    Console(width=110).print(table)
    raise SystemExit(0 if same else 1)


if __name__ == "__main__":
    main()
