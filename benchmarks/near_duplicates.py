"""Near-duplicates: our speed, memory, recall and wrong drops beside peers, on a seeded set.

Run from the root of the project: `python -m benchmarks.near_duplicates --rows 1000000`; peers run
on `--peer-rows`, and we beside them. `--data FOLDER` adds the agreement with two labelled sets.
"""

import argparse
import gzip
import importlib.util
import json
import multiprocessing
import re
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from benchmarks.duplicate_rows import DuplicateRows, make
from tunesmith.cleaners.near_duplicates import NearDuplicates
from tunesmith.rows import COLUMNS, Row
from tunesmith.stage import peak_memory_bytes
from tunesmith.text.near_duplicates import near_pairs

SIMILARITY = 0.8
NEGATIVES = ("template", "negated")
Pairs = list[tuple[int, int]]


def ours(texts: list[str]) -> Pairs:
    """Return the pairs that look alike, whatever they say."""
    return [(i, j) for i, j, _ in near_pairs(texts, SIMILARITY)]


def cleaner(texts: list[str]) -> Pairs:
    """Return what the cleaner drops, each row with the one that stays."""
    rows: list[Row] = [
        {"id": str(k), "task": "text", "split": None, "label": None, "text": text}
        for k, text in enumerate(texts)
    ]
    verdicts = NearDuplicates(similarity=SIMILARITY).verdicts(rows, seed=0)
    return [(int(one.partner or ""), k) for k, one in enumerate(verdicts) if one]


def datasketch(texts: list[str]) -> Pairs:
    """MinHashLSH of 128 permutations over character 3-grams, a bucket taken at its word."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=0.6, num_perm=128)
    pairs = []
    for place, text in enumerate(texts):
        sketch = MinHash(num_perm=128)
        sketch.update_batch([gram.encode() for gram in _grams(text)])
        pairs += [(other, place) for other in index.query(sketch)]
        index.insert(place, sketch)
    return pairs


def rensa(texts: list[str]) -> Pairs:
    """RMinHash of 64 permutations in 16 bands, pairs kept from an estimated Jaccard of 0.5 on."""
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(threshold=0.5, num_perm=64, num_bands=16)
    sketches, pairs = [], []
    for place, text in enumerate(texts):
        sketch = RMinHash(num_perm=64, seed=0)
        sketch.update(list(_grams(text)))
        near = [other for other in index.query(sketch) if sketch.jaccard(sketches[other]) >= 0.5]
        pairs += [(other, place) for other in near]
        sketches.append(sketch)
        index.insert(place, sketch)
    return pairs


METHODS: dict[str, Callable[[list[str]], Pairs]] = {
    "ours, pairs": ours,
    "the cleaner": cleaner,
    "datasketch": datasketch,
    "rensa": rensa,
}


def _grams(text: str) -> set[str]:
    """Return the 3-grams of a text's letters and figures, without case."""
    plain = re.sub(r"[\W_]+", "", text.casefold()) or text
    return {plain[k : k + 3] for k in range(max(1, len(plain) - 2))}


def measure(name: str, rows: int, queue: Any) -> None:
    """Put the figures of one method, run in this process, on the queue."""
    made = make(rows)
    before = time.process_time()
    pairs = METHODS[name](made.texts)
    seconds = time.process_time() - before
    queue.put((seconds, peak_memory_bytes(), *quality(made, pairs)))


def quality(made: DuplicateRows, pairs: Pairs) -> tuple[float, float, float]:
    """Return precision, recall and wrong drops.

    Precision: of the rows dropped among copies and plain rows, those that repeat their group.
    Recall: of the edited copies, those joined to their original. Wrong drops: of the template
    rows, those paired with an earlier one.
    """
    group = np.array([k if home < 0 else home for k, home in enumerate(made.copy_of)])
    later = {max(pair) for pair in pairs}
    hard = [k for k, kind in enumerate(made.kinds) if kind in NEGATIVES]
    wrong = sum(k in later for k in hard) / max(len(hard), 1)
    plain = [(i, j) for i, j in pairs if made.kinds[j] not in NEGATIVES]
    right = sum(group[i] == group[j] for i, j in plain) / max(len(plain), 1)
    home = _components(plain, len(group))
    copies = [k for k, one in enumerate(made.copy_of) if one >= 0]
    return float(right), float(np.mean(home[copies] == home[group[copies]])), wrong


def _components(pairs: Pairs, rows: int) -> Any:
    """Return the number of each row's connected group."""
    i, j = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return connected_components(coo_array((np.ones(len(i)), (i, j)), shape=(rows, rows)))[1]


def show(names: Iterable[str], rows: int) -> None:
    """Print a table of methods on one set; each runs in a process of its own."""
    title = f"{rows:,} rows, similarity {SIMILARITY}"
    heads = "method", "rows/CPU s", "× first", "peak MB", "precision", "recall", "wrong drops"
    table = Table(*heads, title=title)
    context = multiprocessing.get_context("spawn")
    first = None
    for name in names:
        queue = context.Queue()
        process = context.Process(target=measure, args=(name, rows, queue))
        process.start()
        seconds, peak, right, recall, wrong = queue.get()
        process.join()
        first = first or seconds
        cells = f"{rows / seconds:,.0f}", f"{first / seconds:.2f}", f"{peak / 2**20:,.0f}"
        table.add_row(name, *cells, f"{right:.4f}", f"{recall:.4f}", f"{wrong:.2%}")
    Console(width=100).print(table)


def agreement(data: Path) -> None:
    """Print how far we agree with the labels of the two real sets."""
    rows = _records(data / "gpteacher_neardup" / "data.jsonl.gz")
    whole = [f"{r['instruction']}\n{r['input']}\n{r['output']}" for r in rows]
    for threshold in ("0.9", "0.8", "0.7", "0.6"):
        theirs = {k for k, row in enumerate(rows) if not row["kept_at"][threshold]}
        for name, texts in (("whole rows", whole), ("answers", [r["output"] for r in rows])):
            dropped = {j for _, j, _ in near_pairs(texts, float(threshold))}
            same = len(rows) - len(dropped ^ theirs)
            print(
                f"gpteacher_neardup at {threshold}, {name}: we drop {len(dropped)}, they "
                f"{len(theirs)}, both {len(dropped & theirs)}; agreement {same / len(rows):.3f}"
            )
    verdicts = NearDuplicates(similarity=0.9).verdicts(list(map(_as_chat, rows)), seed=0)
    dropped = {k for k, one in enumerate(verdicts) if one}
    both = sum(not rows[k]["kept_at"]["0.9"] for k in dropped)
    print(f"gpteacher_neardup at 0.9, the cleaner: we drop {len(dropped)}, both {both}")
    rows = _records(data / "neardup_articles" / "articles.jsonl.gz")
    truth = json.loads((data / "neardup_articles" / "truth_pairs.json").read_text())
    wanted = {frozenset(pair) for pair in truth}
    for threshold in (0.9, 0.7, 0.5):
        found = near_pairs([row["text"] for row in rows], threshold)
        ours = {frozenset((rows[i]["id"], rows[j]["id"])) for i, j, _ in found}
        print(
            f"neardup_articles at {threshold}: {len(ours & wanted)} of {len(wanted)} pairs, "
            f"{len(ours - wanted)} others"
        )


def _as_chat(row: dict[str, Any]) -> Row:
    """Return a row of instructions as the cleaner sees it."""
    asked = f"{row['instruction']}\n{row['input']}".strip()
    return dict.fromkeys(COLUMNS) | {
        "id": row["output"],
        "task": "chat",
        "prompt": [{"role": "user", "content": asked}],
        "completion": [{"role": "assistant", "content": row["output"]}],
    }


def _records(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a packed JSON Lines file."""
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        return [json.loads(line) for line in lines]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--peer-rows", type=int, default=100_000)
    parser.add_argument("--data", type=Path)
    arguments = parser.parse_args()
    if arguments.data:
        agreement(arguments.data)
    present = {name: importlib.util.find_spec(name) is not None for name in METHODS}
    for name in ("datasketch", "rensa"):
        if not present[name]:
            print(f"{name}: not installed, left out")
    own = ["ours, pairs", "the cleaner"]
    if arguments.peer_rows:
        show([*own, *(n for n in ("datasketch", "rensa") if present[n])], arguments.peer_rows)
    if arguments.rows:
        show(own, arguments.rows)


if __name__ == "__main__":
    main()
