"""CPU-seconds of the validate stage, check by check, on rows that are made up.

Run from the root of the project: `python -m benchmarks.validate`. The standard suite reads only
columns; what tokenizes, searches for personal data or compares texts is printed beside it, on
fewer rows. Importing Great Expectations is told apart: it costs the same for any number of rows.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from tunesmith.expectations import ValidateParams
from tunesmith.expectations.evidence import Evidence
from tunesmith.expectations.run import evaluate
from tunesmith.expectations.session import great_expectations
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.rows import SCHEMA, read_table, write_table
from tunesmith.stage import peak_memory_bytes

STANDARD: list[dict[str, Any]] = [
    {"kind": "rows_at_least", "n": 1},
    {"kind": "unique_ids"},
    {"kind": "roles_alternate"},
    {"kind": "answer_present"},
    {"kind": "no_control_characters"},
    {"kind": "language_in", "values": ["en", "zh"]},
    {"kind": "share", "field": "lang", "value": "zh", "between": [0.3, 0.7]},
    {"kind": "values_in", "field": "licence", "values": ["MIT"]},
    {"kind": "drop_rate", "at_most": 0.4},
    {"kind": "length_chars", "at_most": 8000},
    {"kind": "length_quantiles", "unit": "characters", "between": {"0.5": [10, 400]}},
    {"kind": "label_balance", "max_ratio": 3},
]
DEAR: list[dict[str, Any]] = [
    {"kind": "no_pii"},
    {"kind": "no_leak"},
    {"kind": "no_near_duplicates", "mostly": 0.001},
    {"kind": "trained_tokens", "max_length": 512},
    {"kind": "length_quantiles", "unit": "tokens", "between": {"0.99": [1, 10**6]}},
]
ENGLISH = "where is my order number please and when will it arrive at home today thank you"
WORDS = {
    "en": ENGLISH.split(),
    "zh": list("请问我的订单现在到哪里了什么时候可以送到家谢谢您帮忙查询一下"),
}


def said(rng: np.random.Generator, count: int, shortest: int, longest: int) -> list[str]:
    """Return texts, English and Chinese in turn, of so many words."""
    made = []
    for place, words in enumerate(rng.integers(shortest, longest, count)):
        lang = ("en", "zh")[place % 2]
        chosen = rng.integers(0, len(WORDS[lang]), words)
        made.append((" " if lang == "en" else "").join(WORDS[lang][word] for word in chosen))
    return made


def made_rows(count: int, split: str, seed: int = 0) -> pa.Table:
    """Return chat rows, half English and half Chinese, each with a label."""
    rng = np.random.default_rng(seed)
    asked = [f"{text} {k}" for k, text in enumerate(said(rng, count, 5, 25))]
    turns = {
        "prompt": [[{"role": "user", "content": text}] for text in asked],
        "completion": [[{"role": "assistant", "content": t}] for t in said(rng, count, 8, 60)],
    }
    values = {
        **turns,
        "id": [f"{k:016x}" for k in range(count)],
        "task": ["chat"] * count,
        "label": [f"label {k % 7}" for k in range(count)],
        "source": [f"made.jsonl:{k + 1}" for k in range(count)],
        "licence": ["MIT"] * count,
        "lang": [("en", "zh")[k % 2] for k in range(count)],
        "split": [split] * count,
        "meta": [f'{{"number": {k}}}' for k in range(count)],
    }
    columns = [pa.array(values.get(f.name, [None] * count), f.type) for f in SCHEMA]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def decisions_on(rows: pa.Table) -> pa.Table:
    """Return a decision on each row, of which one in twenty was dropped."""
    actions = ["drop" if k % 20 == 0 else "keep" for k in range(len(rows))]
    return rows.select(["id", "source"]).append_column("action", pa.array(actions))


def timed(function: Callable[..., Any], *args: Any) -> tuple[Any, float]:
    """Return a result and the CPU-seconds, of all threads, that it took."""
    start = time.process_time()
    result = function(*args)
    return result, time.process_time() - start


def read(folder: Path) -> Evidence:
    """Read what the stage reads."""
    return Evidence(
        table=read_table(folder / "rows.parquet"),
        against=read_table(folder / "against.parquet"),
        decisions=pq.read_table(folder / "decisions.parquet"),
        base=folder / "base",
    )


def run(folder: Path, checks: Sequence[dict[str, Any]]) -> tuple[float, float]:
    """Return the CPU-seconds of reading and of evaluating; a check that fails ends the run."""
    params = ValidateParams.model_validate({"expectations": list(checks)})
    evidence, reading = timed(read, folder)
    findings, seconds = timed(evaluate, list(params.expectations), evidence)
    failed = [f"{f.kind}: {f.message}" for f in findings if f.status != "passed"]
    if failed:
        raise SystemExit(f"made rows should pass: {failed}")
    return reading, seconds


def write(folder: Path, count: int) -> None:
    """Write the tables of a suite and the descriptor of the demo's base model."""
    rows = made_rows(count, "train")
    write_table(folder / "rows.parquet", rows)
    write_table(folder / "against.parquet", made_rows(min(count, 1000), "test", seed=1))
    write_table(folder / "decisions.parquet", decisions_on(rows))
    (folder / "base").mkdir()
    resolve(BaseParams.read("base")).write(folder / "base")


def table_of_costs(count: int, dear_count: int, each: bool) -> Table:
    """Measure and return the table."""
    table = Table("check", "rows", "CPU-seconds", "rows per CPU-second")

    def line(name: str, rows: int, seconds: float) -> None:
        table.add_row(name, f"{rows:,}", f"{seconds:.2f}", f"{rows / max(seconds, 1e-9):,.0f}")

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, count)
        reading, seconds = run(folder, STANDARD)
        line("read the tables", count, reading)
        line(f"standard suite of {len(STANDARD)}", count, seconds)
        line("standard suite, read and evaluated", count, reading + seconds)
        for check in STANDARD if each else []:
            line(f"  {check['kind']} alone", count, run(folder, [check])[1])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, dear_count)
        for check in DEAR:
            unit = f" in {check['unit']}" if "unit" in check else ""
            line(f"{check['kind']}{unit} alone", dear_count, run(folder, [check])[1])
    return table


def main() -> None:
    """Print the table, the cost of the import and the peak of memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--dear-rows", type=int, default=20_000)
    parser.add_argument("--each", action="store_true", help="each standard check alone too")
    args = parser.parse_args()
    _, importing = timed(great_expectations)
    table = table_of_costs(args.rows, args.dear_rows, args.each)
    Console().print(table)
    print(f"importing Great Expectations: {importing:.1f} CPU-seconds")
    print(f"peak memory, made rows included: {peak_memory_bytes() / 2**30:.1f} GiB")


if __name__ == "__main__":
    main()
