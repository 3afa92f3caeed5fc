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

LETTERS = np.random.default_rng(1).choice(list("etaoinshrdlcumwfgypb"), size=(4_000, 9))
COMMON = ["the", "of", "and", "with", "what", "how", "this", "that", "for", "you", "to", "is", "it"]
MADE = ["".join(word[: 3 + place % 7]) for place, word in enumerate(LETTERS)]
EN = np.array(MADE + COMMON * 140)
ZH = np.array([chr(code) for code in range(0x5000, 0x5800)])
Flaw = Callable[[str, np.random.Generator], str]
FLAWS: dict[str, Flaw] = {
    "html": lambda text, _: f"<p>{text}</p>&nbsp;",
    "mojibake": lambda text, _: f"{text}，“好”".encode().decode("latin-1"),
    "control": lambda text, _: f"{text[:9]}\x00\u200b{text[9:]}",
    "email": lambda text, rng: f"{text} user{rng.integers(10**6)}@example.com",
    "phone": lambda text, rng: f"{text} 138{rng.integers(10**8):08d}",
    "empty": lambda _text, _rng: " ",
    "german": lambda _, rng: f"Ich möchte die Bestellung {rng.integers(10**6)} bitte stornieren.",
    "repeated": lambda text, _: f"{text[:20]} " * 30,
}


def made_row(number: int, rng: np.random.Generator) -> Row:
    """Return one row; of ten, three have a flaw."""
    chinese = bool(number % 2)
    words, space = (ZH, "") if chinese else (EN, " ")
    lengths = ((10, 50), (15, 120)) if chinese else ((5, 25), (8, 60))
    question, answer = (space.join(rng.choice(words, rng.integers(*length))) for length in lengths)
    if rng.random() < 0.3:
        question = list(FLAWS.values())[rng.integers(len(FLAWS))](question, rng)
    return {
        "task": "chat",
        "prompt": [{"role": "user", "content": question}],
        "completion": [{"role": "assistant", "content": answer}],
        "source": f"made.jsonl:{number + 1}",
        "lang": "zh" if chinese else "en",
        "meta": json.dumps({"intent": str(words[number % 7])}, ensure_ascii=False),
    }


def made_rows(count: int, seed: int) -> list[Row]:
    """Return the made rows; one in twenty repeats an earlier one, in capitals or cut short."""
    rng = np.random.default_rng(seed)
    rows = [made_row(number, rng) for number in range(count)]
    for place in range(20, count, 20):
        earlier = rows[place - int(rng.integers(1, 20))]
        text = earlier["prompt"][0]["content"]
        copy = text.upper() if rng.random() < 0.5 else text[:-1]
        prompt = [{"role": "user", "content": copy}]
        rows[place] = {**earlier, "prompt": prompt, "source": rows[place]["source"]}
    return [{**row, "id": row_id(row["source"], row)} for row in rows]


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
