"""How many rows of alpaca_en hold questions of humaneval, gsm8k and cmmlu, with examples.

Run from the root of the project: `python -m benchmarks.contamination --data FOLDER`.
"""

import argparse
import gzip
import json
import time
from collections import Counter
from pathlib import Path

from tunesmith.cleaners.base import whole_text
from tunesmith.cleaners.decontaminate import Decontaminate
from tunesmith.rows import Row, to_frame, to_rows
from tunesmith.text.evaluation_sets import EvaluationSet

SETS = {"humaneval": "data", "gsm8k": "train", "cmmlu": "data"}
EXAMPLES = 5


def read(path: Path) -> list[Row]:
    """Return the rows of an Alpaca file as examples."""
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        records = [json.loads(line) for line in lines]
    return [
        {
            "id": str(k),
            "task": "chat",
            "prompt": [{"role": "user", "content": f"{r['instruction']}\n{r['input']}".strip()}],
            "completion": [{"role": "assistant", "content": r["output"]}],
        }
        for k, r in enumerate(records)
    ]


def main() -> None:
    """Print the drops by set, and a few of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args().data
    sets = [
        EvaluationSet(name=name, path=str(data / name / f"{file}.jsonl.gz"))
        for name, file in SETS.items()
    ]
    rows = to_frame(read(data / "alpaca_en" / "data.jsonl.gz"))
    started = time.process_time()
    verdicts = Decontaminate(against=tuple(sets))(rows, seed=0)
    seconds = time.process_time() - started
    drops = [(row, v) for row, v in zip(to_rows(rows), verdicts, strict=True) if v]
    counts = Counter(verdict.reason for _, verdict in drops)
    print(f"{len(rows):,} rows, {seconds:.1f} CPU-seconds; {dict(counts) or 'no hit'}")
    for row, verdict in drops[:EXAMPLES]:
        print(f"{verdict.partner} ({verdict.score:.2f}): {whole_text(row)[:160]!r}")


if __name__ == "__main__":
    main()
