"""Rows per CPU-second and peak memory of the collect stage, as its file grows.

    python -m benchmarks.collect [--megabytes 20] [--times 1 4 16] [--formats jsonl csv jsonl.gz]

Makes a file of each size and format (half English, half Chinese; size before packing; also txt,
json, jsonl.zst and parquet), and runs the stage on it in a process of its own. `--code` names the
checkouts that are run on the same files, this one if none.
"""

import argparse
import gzip
import json
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
EN = ["when", "does", "my", "order", "come", "and", "how", "do", "i", "send", "it", "back"]
ZH = "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那"
FRAMES = {"json": ("[", ",\n", "]\n"), "csv": ("instruction,output,topic\n", "\n", "\n")}
RENDER: dict[str, Callable[[dict[str, str]], str]] = {
    "csv": lambda row: ",".join(row.values()),
    "txt": lambda row: row["output"],
}
GROUP_ROWS = 10_000
LINE = "{:10} {:>5} {:12} {:>10} {:>16} {:>9}"


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


def make(path: Path, size: int) -> None:
    """Write a file in a process of its own: the peak of a child counts from what its parent had."""
    process = multiprocessing.get_context("spawn").Process(target=write, args=[path, size])
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(f"{path}: could not be written")


def write(path: Path, size: int) -> None:
    """Write rows until they are so many bytes, as UTF-8 and unpacked."""
    form, _, packing = path.name.partition(".")[2].partition(".")
    if form == "parquet":
        write_parquet(path, size)
    elif packing == "zst":
        import pyarrow as pa

        with pa.CompressedOutputStream(str(path), "zstd") as stream:
            for text in texts(form, size):
                stream.write(text.encode())
    else:
        with gzip.open(path, "wb") if packing == "gz" else path.open("wb") as handle:
            handle.writelines(text.encode() for text in texts(form, size))


def texts(form: str, size: int) -> Iterator[str]:
    """Yield what a file holds, row by row."""
    begin, between, end = FRAMES.get(form, ("", "\n", "\n"))
    for number, row in enumerate(rows(seed=1)):
        text = (between if number else begin) + RENDER.get(form, as_json)(row)
        yield text
        size -= len(text.encode())
        if size <= 0:
            yield end
            return


def as_json(row: dict[str, str]) -> str:
    """Return a row as JSON."""
    return json.dumps(row, ensure_ascii=False)


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
    print(LINE.format("format", "MB", "code", "rows", "rows/CPU-second", "peak MiB"))
    for form in options.formats:
        for times in options.times:
            with tempfile.TemporaryDirectory() as name:
                path = Path(name) / f"rows.{form}"
                make(path, int(options.megabytes * times * 1e6))
                for code in options.code:
                    cost = run(code.resolve(), path)
                    speed = f"{cost.rows / cost.cpu_seconds:,.0f}"
                    peak = f"{cost.peak_bytes / 2**20:,.0f}"
                    size = f"{options.megabytes * times:,.0f}"
                    cells = (form, size, code.resolve().name, f"{cost.rows:,}", speed, peak)
                    print(LINE.format(*cells), flush=True)


if __name__ == "__main__":
    main()
