"""Auto mode against a fixed default at an equal budget of epochs, on a small task of the demo.

`python -m benchmarks.auto [--draws 3]`: 128 rows in both languages, drawn anew each time. Auto mode
spends its epochs on a race and on one training of the winner. As many epochs in one training get
the rules without a race and two fixed defaults: LoRA of rank 16 at 2e-4, as most recipes have it,
and the demo's own dials, which were chosen by hand. The score is the share of 150 unseen questions
answered to the letter.
"""

import argparse
import contextlib
import io
import logging
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.methods import answered
from benchmarks.small_task import PHASE, TRAIN, VALIDATION, rows, trained
from tunesmith.auto.facts import Facts, Fits
from tunesmith.auto.race import cost, race, winner
from tunesmith.auto.rules import Candidate, choose, dials_of, rivals
from tunesmith.errors import UserError
from tunesmith.stats.score import proportion

UNSEEN = 150
LORA = {"kind": "lora", "r": 16, "alpha": 32}
FIXED: dict[str, dict[str, Any]] = {
    "default (LoRA, 2e-4)": {"method": LORA, "learning_rate": 2e-4},
    "the demo's, by hand": {"method": LORA, "learning_rate": PHASE["learning_rate"]},
}
FACTS = Facts(
    task="chat",
    rows=TRAIN,
    mean_tokens=45,
    weights=1_040_000,
    device="cpu",
    gpu=False,
    fits={kind: Fits(fit="yes") for kind in ("lora", "qlora", "full", "freeze")},
)


def run(dials: dict[str, Any], draw: int, ask: bool) -> tuple[float | None, int]:
    """Return validation loss and right answers of a training; None where its loss broke."""
    with tempfile.TemporaryDirectory() as work, contextlib.redirect_stdout(io.StringIO()):
        try:
            made = trained(dials, Path(work), seed=draw, data=draw)
        except UserError:
            return None, 0
        unseen = rows(TRAIN + VALIDATION, UNSEEN, draw)
        return made.metrics["validation_loss"], answered(made, unseen) if ask else 0


def automatic(draw: int) -> tuple[str, float, float | None, int]:
    """Return the winner, the epochs of race and training, and what the training came to."""
    candidates = rivals(FACTS, choose(FACTS))

    def heat(one: Candidate, epochs: float, _: int) -> tuple[float | None, str]:
        return run({**one.dials, "epochs": epochs}, draw, ask=False)[0], "diverged"

    heats = race(candidates, heat, lower_is_better=True)
    won = winner(heats, lower_is_better=True)
    chosen = next(one for one in candidates if one.name == won)
    return chosen.name, cost(heats) + float(chosen.dials["epochs"]), *run(chosen.dials, draw, True)


def main() -> None:
    """Print a line a draw and way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=3)
    draws = range(parser.parse_args().draws)
    logging.disable(logging.WARNING)
    print("| draw | way | epochs | validation loss | right answers of unseen |")
    print("|--:|---|--:|--:|---|")
    for draw in draws:
        name, epochs, loss, right = automatic(draw)
        _show(draw, f"auto ({name} won)", epochs, loss, right)
        for way, dials in {"auto, no race": dials_of(choose(FACTS)), **FIXED}.items():
            _show(draw, way, epochs, *run({**dials, "epochs": epochs}, draw, ask=True))


def _show(draw: int, way: str, epochs: float, loss: float | None, right: int) -> None:
    """Print one line."""
    score = proportion(right, UNSEEN, 0.95)
    told = "diverged" if loss is None else f"{loss:.3f}"
    interval = f"{score.value:.2f} [{score.low:.2f}, {score.high:.2f}]"
    print(f"| {draw} | {way} | {epochs:g} | {told} | {interval} |", flush=True)


if __name__ == "__main__":
    main()
