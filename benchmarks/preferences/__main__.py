"""Trains every preference objective at one budget from one start and prints a table a set.

`python -m benchmarks.preferences --data FOLDER [--sets raschka] [--only dpo] [--processes 16]
[--base FOLDER] [--method full] [--epochs 8] [--folds 10] [--seeds 0 1 2] [--rates 0.5 1 2]`:
FOLDER holds `hh_rlhf_harmless_test` (English; some of it offends), `raschka_instruct` (English) and
`medicalgpt_zh` (Chinese, longer than the base reads: cut after 1,024 tokens). Every pair is held
out once a seed. In each fold the demo's base, or another, learns the chosen answers of the other
pairs, and every objective goes on from there: the same method, pairs and epochs; a tenth of the
other pairs chooses the checkpoint and, of several, the rate.

Accuracy is by the reward that an objective gives or implies, once as the mean over seeds and once
of their mean reward; and by one measure for all, the log-ratio to the start. The two columns behind
say how far chosen and rejected answers have moved, in nats; `longer preferred` is how often the
longer of two answers is ahead. The last two lines are no objectives: who takes the longer answer,
and a linear model of n-grams. Intervals of 95 % are over pairs. The usual rates are chosen by hand:
read it as "which of them learn", not as a contest. Takes the GPU where there is one.
"""

import argparse
import tempfile
from collections import defaultdict
from dataclasses import asdict
from json import dumps
from pathlib import Path
from typing import Any

from benchmarks.online.step import device
from benchmarks.parallel import done
from benchmarks.preferences.learn import METHODS, OBJECTIVES, Job, Learnt, Start, begun, learnt
from benchmarks.preferences.ngrams import by_ngrams
from benchmarks.preferences.pairs import SETS, fitting, folds, read
from benchmarks.preferences.table import HEAD, line, of_longer
from tunesmith.models.load import load
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve


def main() -> None:
    """Print a table for each set, and with --json what it is made of."""
    asked = _asked()
    kept: dict[str, Any] = {}
    for name in asked.sets:
        with tempfile.TemporaryDirectory() as work:
            found = measured(name, asked, Path(work))
        kept[name] = {
            one: {fold: asdict(each) for fold, each in of.items()} for one, of in found.items()
        }
        if asked.json:
            asked.json.write_text(dumps(kept) + "\n", encoding="utf-8")


def measured(name: str, asked: Any, work: Path) -> dict[str, dict[str, Learnt]]:
    """Return what came of every fold, by objective; print a line once all its folds are done."""
    base = work / "base"
    resolve(BaseParams(model=asked.base)).write(base)
    of = SETS[name]
    rows = fitting(read(asked.data / of.file), load(base, "chat", []).tokenizer, of)
    rows = rows[: asked.most]
    starts = [
        Start(fold, of.tokens, base, work / f"sft-{seed}-{number}", seed, asked.method)
        for seed in asked.seeds
        for number, fold in enumerate(folds(rows, asked.folds, seed))
    ]
    ready = [start for _, start in done(begun, starts, asked.processes)]
    pairs = {one.folder.name: [str(row["id"]) for row in one.fold.held_out] for one in starts}
    print(f"\n## {name}: {len(rows):,} pairs, {len(starts)} folds, {device()}\n{HEAD}", flush=True)
    rates = tuple(asked.rates)
    jobs = [Job(start, one, asked.epochs, rates) for one in asked.only for start in ready]
    found: dict[str, dict[str, Learnt]] = defaultdict(dict)
    for job, result in done(learnt, jobs, asked.processes):
        found[job.name][job.start.folder.name] = result
        if len(found[job.name]) == len(starts):
            print(line(job.name, found[job.name], pairs), flush=True)
    print(of_longer(next(iter(found.values())), pairs), flush=True)
    linear = {start.folder.name: by_ngrams(start.fold) for start in starts}
    print(line("character n-grams, linear", linear, pairs), flush=True)
    return found


def _asked() -> argparse.Namespace:
    """Return what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sets", nargs="+", default=list(SETS), choices=SETS)
    parser.add_argument("--only", nargs="+", default=list(OBJECTIVES), choices=OBJECTIVES)
    parser.add_argument("--base", default="data/demo-base", help="folder of the base")
    parser.add_argument("--method", choices=METHODS, default="lora")
    parser.add_argument("--epochs", type=float, default=2, help="of the objectives")
    parser.add_argument("--rates", nargs="+", type=float, default=[1.0], help="times the usual one")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--most", type=int, help="pairs of a set, the first; for a trial")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--json", type=Path, help="where to keep what the tables are made of")
    return parser.parse_args()


if __name__ == "__main__":
    main()
