"""Each sampler against random search at an equal number of trials, five seeds, on a small task.

`python -m benchmarks.search [--trials 12] [--first 0] [--seeds 5] [--samplers tpe gp]`: 128 rows
of the demo in both languages, one epoch, five dials; all samplers look at the same trials until
they begin to learn. No pruner, and no trial with the dials as they are. About 3 CPU-seconds a
training.
"""

import argparse
import contextlib
import io
import json
import logging
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.small_task import trained
from tunesmith.errors import UserError
from tunesmith.search import study
from tunesmith.search.params import SearchParams
from tunesmith.search.storage import open_storage

SPACE = {
    "learning_rate": {"kind": "log", "low": 1e-4, "high": 5e-2},
    "method.r": {"kind": "choice", "of": [2, 4, 8, 16, 32]},
    "method.alpha": {"kind": "int", "low": 4, "high": 128, "log": True},
    "warmup_ratio": {"kind": "float", "low": 0.0, "high": 0.5},
    "weight_decay": {"kind": "float", "low": 0.0, "high": 0.3},
}


def best_of(sampler: str, seed: int, trials: int, known: dict[str, float | None]) -> list[float]:
    """Return the best validation loss after each trial.

    Args:
        sampler: as in `search.sampler`.
        seed: of the search.
        trials: how many.
        known: losses of dials that were tried before; it grows.
    """
    search = SearchParams.model_validate(
        {"sampler": sampler, "trials": trials, "pruner": None, "space": SPACE}
    )
    opened = study.open_study(open_storage("sqlite://"), "benchmark", "minimize")
    study.begin(opened, search, seed, {})
    best: list[float] = []
    while given := study.next_trial(opened, search, seed, "here", set()):
        dials = study.dials_of(given, search)
        value = _loss(dials, known)
        study.tell(opened, given, value, False, "" if value is not None else "diverged")
        best.append(min([value if value is not None else float("inf"), *best[-1:]]))
    return best


def _loss(dials: dict[str, Any], known: dict[str, float | None]) -> float | None:
    """Return the best validation loss of a training, None where its loss broke."""
    key = json.dumps(dials, sort_keys=True)
    if key not in known:
        with tempfile.TemporaryDirectory() as work, contextlib.redirect_stdout(io.StringIO()):
            try:
                known[key] = trained(dials, Path(work)).metrics["validation_loss"]
            except UserError:
                known[key] = None
    return known[key]


def main() -> None:
    """Print a line a sampler and seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=12)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--samplers", nargs="*", default=["tpe", "gp"])
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    known: dict[str, float | None] = {}
    random: dict[int, float] = {}
    print("| sampler | seed | random | sampler | better |")
    print("|---|--:|--:|--:|---|")
    for sampler in asked.samplers:
        won = 0
        for seed in range(asked.first, asked.first + asked.seeds):
            if seed not in random:
                random[seed] = best_of("random", seed, asked.trials, known)[-1]
            own = best_of(sampler, seed, asked.trials, known)[-1]
            won += own < random[seed]
            words = "equal" if own == random[seed] else sampler if own < random[seed] else "random"
            print(f"| {sampler} | {seed} | {random[seed]:.4f} | {own:.4f} | {words} |", flush=True)
        print(f"{sampler}: better than random in {won} of {asked.seeds} seeds", flush=True)


if __name__ == "__main__":
    main()
