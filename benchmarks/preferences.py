"""Trains every preference objective at one budget from one start and prints a table, CPU.

`python -m benchmarks.preferences --data FOLDER [--sets raschka] [--only dpo kto]`: FOLDER holds
`hh_rlhf_harmless_test` (English; some of it offends), `raschka_instruct` (English) and
`medicalgpt_zh` (Chinese). Of each set the pairs whose longer side fits into so many tokens are
drawn by a seed; the demo's base learns the chosen answers of the train pairs, and every objective
goes on from there: the same LoRA, rows and epochs. Held-out accuracy is by the reward that an
objective gives or implies, with Wilson's interval, and again by one measure for all, the log-ratio
to the start. The two columns behind say how far chosen and rejected answers have moved, in nats.
Rates are chosen by hand, and each runs once: read it as "all of them learn", not as a contest.
"""

import argparse
import gzip
import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from stages.train import save
from tunesmith.importers.records import Hints, import_records
from tunesmith.models.load import load
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.objectives.base.held_out import share
from tunesmith.objectives.base.paired import answers_of
from tunesmith.objectives.base.pairs import PairCollator
from tunesmith.rows import Row
from tunesmith.tasks.preference import longest
from tunesmith.training.examples import encode_rows
from tunesmith.training.params import Phase
from tunesmith.training.run import Trained, train

SETS = {  # file, tokens at most, train pairs, held-out pairs
    "raschka": ("raschka_instruct/preference.jsonl.gz", 128, 400, 200),
    "medicalgpt": ("medicalgpt_zh/dpo_zh.jsonl.gz", 1000, 70, 70),
    "hh": ("hh_rlhf_harmless_test/data.jsonl.gz", 256, 300, 200),
}
OBJECTIVES: dict[str, tuple[dict[str, Any], float]] = {  # and learning rate
    "reward": ({"kind": "reward"}, 2e-3),
    "dpo": ({"kind": "dpo"}, 7e-4),
    "dpo, ipo": ({"kind": "dpo", "loss": "ipo", "beta": 1.0}, 7e-4),
    "kto": ({"kind": "kto"}, 7e-4),
    "orpo": ({"kind": "orpo", "beta": 1.0}, 2e-3),
    "simpo": ({"kind": "simpo"}, 7e-4),
    "cpo": ({"kind": "cpo"}, 7e-4),
}
TASKS = {"reward": "reward", "kto": "unpaired"}
USUAL = {
    "from": "base",
    "with": "base",
    "method": {"kind": "lora", "r": 16, "alpha": 32},
    "per_device_batch_size": 8,
    "evaluations_per_epoch": 1,
}
HEAD = (
    "| objective | accuracy by its reward | by the log-ratio | chosen | rejected | seconds |\n"
    "|---|---|---|--:|--:|--:|"
)


@dataclass(frozen=True)
class Pairs:
    """A set, split, and the model that all objectives start from."""

    train: list[Row]
    held_out: list[Row]
    tokens: int
    start: Path


def pairs(name: str, data: Path, work: Path, seed: int) -> Pairs:
    """Draw the pairs of a set and let the base learn the chosen answers of its train pairs."""
    file, tokens, few, rest = SETS[name]
    base = work / "base"
    resolve(BaseParams(model="data/demo-base")).write(base)
    rows = fitting(read(data / file), load(base, "chat", []).tokenizer, tokens)
    order = np.random.default_rng(seed).permutation(len(rows))
    drawn = [rows[place] for place in order[: few + rest]]
    learnt, held_out = drawn[:few], drawn[few:]
    print(f"{name}: {len(rows):,} pairs fit, {len(learnt)} are trained, {len(held_out)} held out")
    answered = [[as_chat(row) for row in half] for half in (learnt, held_out)]
    phase = {**USUAL, "task": "chat", "learning_rate": 5e-3, "epochs": 2, "max_length": tokens}
    fit(Phase.model_validate(phase), base, answered, work / f"{name}-sft", seed)
    return Pairs(learnt, held_out, tokens, work / f"{name}-sft" / "model")


def read(path: Path) -> list[Row]:
    """Return the rows of a gzipped JSON Lines file."""
    lines = gzip.decompress(path.read_bytes()).decode("utf-8").split("\n")
    items = [(number, json.loads(line)) for number, line in enumerate(lines, 1) if line]
    return import_records(items, path.parent.name, Hints(task="preference"), set()).rows


def fitting(rows: list[Row], tokenizer: Any, tokens: int) -> list[Row]:
    """Return the pairs that differ and of which neither side is cut."""
    unlike = [row for row in rows if row["chosen"] != row["rejected"]]
    encoded = encode_rows(unlike, "preference", tokenizer, 10**6, [])
    return [r for r, item in zip(unlike, encoded, strict=True) if longest(item) <= tokens]


def as_chat(row: Row) -> Row:
    """Return the chosen answer as a row of its own."""
    return {**row, "task": "chat", "completion": row["chosen"]}


def fit(phase: Phase, start: Path, rows: list[list[Row]], work: Path, seed: int) -> Trained:
    """Train a phase and save its model beside."""
    trained = train(phase, start, rows[0], rows[1], work / "run", seed)
    made_from: dict[str, Any] = {"data": {}, "settings": {}, "parents": [], "seed": seed}
    save(trained, phase, made_from, work.name, work / "model")
    return trained


def line(name: str, of: Pairs, epochs: int, work: Path, seed: int) -> str:
    """Train an objective and return its line of the table."""
    objective, rate = OBJECTIVES[name]
    task = TASKS.get(objective["kind"], "preference")
    dials = {"objective": objective, "task": task, "learning_rate": rate, "epochs": epochs}
    phase = Phase.model_validate({**USUAL, **dials, "max_length": of.tokens})
    started = time.monotonic()
    trained = fit(phase, of.start, [of.train, of.held_out], work / name.replace(", ", "-"), seed)
    seconds = time.monotonic() - started
    own = trained.outcome.get("held_out", {}).get("accuracy")
    if task == "reward":
        return f"| {name} | {shown(own)} | | | | {seconds:.0f} |\n{of_reward(trained)}"
    chosen, rejected = moved(trained.model, of)
    common = share(float((chosen > rejected).sum()), len(chosen))
    return (
        f"| {name} | {shown(own or common)} | {shown(common)} | {float(chosen.mean()):+.1f} "
        f"| {float(rejected.mean()):+.1f} | {seconds:.0f} |"
    )


def of_reward(trained: Trained) -> str:
    """Return what else is measured of a reward model."""
    found = trained.outcome["held_out"]
    length = found["length"]
    return (
        f"  reward: calibration error {found['calibration']['error']:.3f}; the longer answer is "
        f"preferred in {shown(length['rule'])}, the model favours it in "
        f"{shown(length['agreement'])}; length explains {length['explained'] or 0:.3f} of its "
        "margins' variance"
    )


def moved(model: Any, of: Pairs) -> tuple[Any, Any]:
    """Return the held-out log-ratios to the start, of chosen and of rejected answers."""
    start = load(of.start, "chat", [])
    rows = encode_rows(of.held_out, "preference", start.tokenizer, of.tokens, [])
    collator, found = PairCollator(start.tokenizer.pad_token_id), []
    model.eval()
    for place in range(0, len(rows), 16):
        batch = collator(rows[place : place + 16])
        with torch.inference_mode():
            now, before = answers_of(model, batch), answers_of(start.model, batch)
        found.append((now.chosen - before.chosen, now.rejected - before.rejected))
    chosen, rejected = zip(*found, strict=True)
    return torch.cat(chosen), torch.cat(rejected)


def shown(found: Any) -> str:
    """Return a share with its interval."""
    return f"{found['value']:.3f} [{found['low']:.3f}, {found['high']:.3f}]"


def main() -> None:
    """Print a table for each set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sets", nargs="+", default=list(SETS), choices=SETS)
    parser.add_argument("--only", nargs="+", default=list(OBJECTIVES), choices=OBJECTIVES)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name in asked.sets:
            work = Path(folder) / name
            of = pairs(name, asked.data, work, asked.seed)
            print(f"\n## {name}\n{HEAD}", flush=True)
            for one in asked.only:
                print(line(one, of, asked.epochs, work, asked.seed), flush=True)


if __name__ == "__main__":
    main()
