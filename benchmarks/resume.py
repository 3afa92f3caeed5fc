"""Is a training that was stopped and resumed the one that was not? On a GPU, in bf16 and in fp16.

`python -m benchmarks.resume [--only full lora]` trains the demo's base on rows of the demo twice
whole, then once more with a stop in the middle, and prints for each method and precision: the
tokens a second of the whole ones, whether every step saw the same rows, and how far weights, curves
and loss are apart, both between the two whole runs (what the machine itself leaves open) and from
the whole run to the resumed one. On a CPU it computes in fp32, where all of it is 0.
"""

import argparse
import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import torch

from benchmarks.methods import demo_rows
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.training.exact import ExactTrainer
from tunesmith.training.params import Phase
from tunesmith.training.precision import precision
from tunesmith.training.run import Trained, train

METHODS: dict[str, tuple[dict[str, Any], float]] = {
    "lora": ({"kind": "lora"}, 5e-3),
    "full": ({"kind": "full"}, 1e-3),
    "adapter": ({"kind": "adapter"}, 3e-3),
    "prefix": ({"kind": "prefix"}, 3e-2),
}
STOP_AFTER = 0.6  # of the steps


@dataclass(frozen=True)
class Run:
    """A training, and the rows that each of its steps saw."""

    trained: Trained
    seen: dict[int, str]  # step → hash of its tokens

    def weights(self) -> torch.Tensor:
        """Return all trained weights in one line."""
        own = [w.detach().float().cpu().ravel() for w in self.trained.model.parameters()]
        return torch.cat(own)

    def loss(self) -> float:
        """Return the last validation loss."""
        return float(self.trained.metrics["validation_loss"])


@contextmanager
def watched(stop: int | None) -> Iterator[dict[int, str]]:
    """Note what each step sees, and stop before a step as Ctrl-C does."""
    seen: dict[int, str] = {}
    step = ExactTrainer.training_step

    def training_step(self: Any, model: Any, inputs: Any, *more: Any, **options: Any) -> Any:
        if self.state.global_step == stop:
            raise KeyboardInterrupt
        ids = inputs["input_ids"].detach().cpu().numpy().tobytes()
        seen[self.state.global_step] = hashlib.sha256(ids).hexdigest()
        return step(self, model, inputs, *more, **options)

    with patch.object(ExactTrainer, "training_step", training_step):
        yield seen


def run(base: Path, phase: Phase, work: Path, stop: int | None = None) -> Run:
    """Train, or stop in the middle and train on."""
    rows = demo_rows()
    if stop is not None:
        with watched(stop):
            try:
                train(phase, base, rows[200:], rows[:200], work, seed=0)
            except KeyboardInterrupt:
                pass
            else:
                raise AssertionError("it was not stopped")
    with watched(None) as seen:
        return Run(train(phase, base, rows[200:], rows[:200], work, seed=0), seen)


def compared(name: str, base: Path, folder: Path) -> str:
    """Return a line of the table."""
    method, rate = METHODS[name]
    phase = Phase.model_validate(
        {"from": "base", "with": "base", "task": "chat", "method": method, "learning_rate": rate}
        | {"epochs": 3, "evaluations_per_epoch": 4, "max_length": 256}
    )
    whole, again = (run(base, phase, folder / str(number)) for number in range(2))
    steps = len(whole.seen)
    resumed = run(base, phase, folder / "stopped", round(STOP_AFTER * steps))
    assert 0 < len(resumed.seen) < steps, "it did not go on from a checkpoint"
    same = all(whole.seen[step] == seen for step, seen in resumed.seen.items())
    speed = whole.trained.tokens / whole.trained.seconds
    apart = " | ".join(
        f"{(whole.weights() - other.weights()).abs().max():.2g} | "
        f"{abs(whole.loss() - other.loss()):.2g}"
        for other in (again, resumed)
    )
    first = min(resumed.seen)
    return (
        f"| {name} | {precision()} | {steps} | {speed:,.0f} | {first} | "
        f"{'the same' if same else 'OTHERS'} | {whole.loss():.4f} | {apart} |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=METHODS, default=list(METHODS))
    flags = parser.parse_args()
    print("| method | precision | steps | tokens/s | resumed at step | rows of its steps | loss "
          "| weights, two whole | loss | weights, resumed | loss |")  # fmt: skip
    print("|---|---|--:|--:|--:|---|--:|--:|--:|--:|--:|")
    gpu = torch.cuda.is_available()
    for native in (True, False) if gpu else (True,):
        with (
            tempfile.TemporaryDirectory() as folder,
            patch.object(torch.cuda, "is_bf16_supported", lambda *_, **__: native),  # noqa: B023
        ):
            base = Path(folder) / "base"
            resolve(BaseParams(model="data/demo-base")).write(base)
            for name in flags.only:
                print(compared(name, base, Path(folder) / name), flush=True)


if __name__ == "__main__":
    main()
