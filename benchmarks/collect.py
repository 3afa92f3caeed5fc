"""Rows per CPU-second and peak memory of the collect stage, as its file grows.

    python -m benchmarks.collect [--megabytes 20] [--times 1 4 16] [--formats jsonl csv jsonl.gz]

Makes a file of each size and format (half English, half Chinese; size before packing), and runs
the stage on it in a process of its own. `--code` runs another checkout on the same files.
"""

import argparse
import csv
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
FORMATS = ("jsonl", "csv", "txt", "json", "jsonl.gz", "jsonl.zst", "parquet")
EN = ["when", "does", "my", "order", "come", "and", "how", "do", "i", "send", "it", "back"]
ZH = "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那"
GROUP_ROWS = 10_000


class Cost(NamedTuple):
    """What a run took."""

    rows: int
    cpu_seconds: float
    peak_bytes: int


def rows(seed: int) -> Iterator[dict[str, str]]:
    """Yield made questions and answers without end; no two are alike."""
    rng = random.Random(seed)
    english = " ".join(rng.choices(EN, k=100_000))
    chinese = "".join(rng.choices(ZH, k=100_000))
    number = 0
    while True:
        text = chinese if number % 2 else english
        short, long = (40, 120) if number % 2 else (80, 300)
        ask, reply = (rng.randrange(len(text) - long) for _ in range(2))
        yield {
            "instruction": f"{text[ask : ask + rng.randrange(short // 2, short)]} {number}",
            "output": text[reply : reply + rng.randrange(long // 2, long)],
            "topic": EN[number % len(EN)],
        }
        number += 1


def write(path: Path, size: int) -> None:
    """Write rows until they are so many bytes, as UTF-8 and unpacked."""
    if path.suffix == ".parquet":
        return write_parquet(path, size)
    with packed(path) as handle:
        first, last, put = writer(path.name, handle)
        handle.write(first)
        separator = ""
        for row in rows(seed=1):
            size -= put(row, separator)
            separator = ",\n"
            if size <= 0:
                break
        handle.write(last)
    return None


def writer(name: str, handle: IO[str]) -> tuple[str, str, Any]:
    """Return what begins a file, what ends it, and how a row is put between."""

    def put_json(row: dict[str, str], _: str) -> int:
        line = json.dumps(row, ensure_ascii=False)
        handle.write(f"{line}\n")
        return len(line.encode())

    def put_item(row: dict[str, str], separator: str) -> int:
        line = separator + json.dumps(row, ensure_ascii=False)
        handle.write(line)
        return len(line.encode())

    def put_text(row: dict[str, str], _: str) -> int:
        handle.write(f"{row['output']}\n")
        return len(row["output"].encode())

    table = csv.DictWriter(handle, ["instruction", "output", "topic"], lineterminator="\n")

    def put_cells(row: dict[str, str], _: str) -> int:
        table.writerow(row)
        return len("".join(row.values()).encode())

    return {
        "csv": ("instruction,output,topic\n", "", put_cells),
        "txt": ("", "", put_text),
        "json": ("[", "]\n", put_item),
    }.get(name.partition(".")[2], ("", "", put_json))


@contextmanager
def packed(path: Path) -> Iterator[IO[str]]:
    """Open a file for text, packed as its name says."""
    if path.suffix == ".gz":
        with gzip.open(path, "wt", encoding="utf-8", newline="\n") as handle:
            yield handle
    elif path.suffix == ".zst":
        import io

        import pyarrow as pa

        with pa.CompressedOutputStream(str(path), "zstd") as stream:
            text = io.TextIOWrapper(stream, "utf-8", newline="\n")
            yield text
            text.flush()
    else:
        with path.open("w", encoding="utf-8", newline="\n") as handle:
            yield handle


def write_parquet(path: Path, size: int) -> None:
    """Write rows in row groups."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    made = rows(seed=1)
    schema = pa.schema([(name, pa.string()) for name in ("instruction", "output", "topic")])
    with pq.ParquetWriter(path, schema) as parquet:
        while size > 0:
            table = pa.Table.from_pylist([next(made) for _ in range(GROUP_ROWS)], schema)
            parquet.write_table(table)
            size -= table.nbytes


def run(code: Path, path: Path) -> Cost:
    """Run the stage of a checkout on one file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = {"kind": "file", "path": path.name}
        params = {"collect": {"folder": str(path.parent), "sources": [source]}}
        (folder / "params.yaml").write_text(json.dumps(params))
        outs = ("examples.parquet", "quarantine.jsonl", "manifest.json")
        flags = [word for out in outs for word in (f"--{out.partition('.')[0]}", f"out/{out}")]
        command = [sys.executable, "-m", "stages.collect", "--folder", str(path.parent), *flags]
        environment = {**os.environ, "PYTHONPATH": f"{code}/src:{code}"}
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            raise SystemExit(f"the stage ended with {os.waitstatus_to_exitcode(status)}")
        totals = json.loads((folder / "out/manifest.json").read_text())["totals"]
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(totals["rows"], usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit)


def main() -> None:
    """Make the files, run the stage on each, print one line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=20.0, help="of the smallest file")
    parser.add_argument("--times", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--formats", nargs="+", default=["jsonl", "csv", "jsonl.gz"])
    parser.add_argument("--code", type=Path, nargs="+", default=[ROOT], help="checkouts to run")
    options = parser.parse_args()
    table = Table("format", "MB", "code", "rows", "rows per CPU-second", "peak MiB")
    for form in options.formats:
        for times in options.times:
            with tempfile.TemporaryDirectory() as name:
                path = Path(name) / f"rows.{form}"
                write(path, int(options.megabytes * times * 1e6))
                for code in options.code:
                    cost = run(code.resolve(), path)
                    speed = f"{cost.rows / cost.cpu_seconds:,.0f}"
                    peak = f"{cost.peak_bytes / 2**20:,.0f}"
                    size = f"{options.megabytes * times:,.0f}"
                    table.add_row(form, size, code.name, f"{cost.rows:,}", speed, peak)
    Console().print(table)


if __name__ == "__main__":
    main()
