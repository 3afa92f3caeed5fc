"""Is a training that was killed and resumed the one that was not? On a GPU, in bf16 and in fp16.

`python -m benchmarks.resume [--only full lora] [--numbers fp16]` trains the demo's base on rows of
the demo twice whole, then once more in a process that is killed in the middle (SIGKILL) and in
another that goes on, and prints for each method and precision: the tokens a second of the whole
ones, whether every step saw the same rows, and how far the weights and the validation score are
apart, both between the two whole runs (what the machine itself leaves open) and from the whole run
to the resumed one. The score is the loss, of `answers` the exact match of answers given while LoRA
is trained. On a CPU it computes in fp32, where all of it is 0.
"""

import argparse
import hashlib
import os
import signal
import subprocess
import sys
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

METHODS: dict[str, dict[str, Any]] = {  # dials of a phase
    "lora": {"method": {"kind": "lora"}, "learning_rate": 5e-3},
    "answers": {"method": {"kind": "lora"}, "learning_rate": 5e-3, "best_by": "exact_match"},
    "full": {"method": {"kind": "full"}, "learning_rate": 1e-3},
    "adapter": {"method": {"kind": "adapter"}, "learning_rate": 3e-3},
    "prefix": {"method": {"kind": "prefix"}, "learning_rate": 3e-2},
}
NUMBERS = ["bf16", "fp16"]
KILLED_AFTER = 0.6  # of the steps


@dataclass(frozen=True)
class Run:
    """A training, and the rows that each of its steps saw."""

    trained: Trained
    seen: dict[int, str]  # step → hash of its tokens

    def weights(self) -> torch.Tensor:
        """Return all trained weights in one line."""
        own = [w.detach().float().cpu().ravel() for w in self.trained.model.parameters()]
        return torch.cat(own)

    def score(self) -> float:
        """Return the validation score of the best step."""
        found = self.trained.metrics
        return float(next(v for name, v in found.items() if name.startswith("validation_")))


@contextmanager
def watched(killed: bool = False) -> Iterator[dict[int, str]]:
    """Note what each step sees; or kill this process in the middle."""
    seen: dict[int, str] = {}
    step = ExactTrainer.training_step

    def training_step(self: Any, model: Any, inputs: Any, *more: Any, **options: Any) -> Any:
        now = self.state.global_step
        if killed and now == round(KILLED_AFTER * self.state.max_steps):
            os.kill(os.getpid(), signal.SIGKILL)
        seen[now] = hashlib.sha256(inputs["input_ids"].cpu().numpy().tobytes()).hexdigest()
        return step(self, model, inputs, *more, **options)

    with patch.object(ExactTrainer, "training_step", training_step):
        yield seen


def run(name: str, base: Path, work: Path, killed: bool = False) -> Run:
    """Train, on from where a run that was killed got to."""
    usual = {"from": "base", "with": "base", "task": "chat", "max_length": 256}
    phase = Phase.model_validate(usual | {"epochs": 3, "evaluations_per_epoch": 4} | METHODS[name])
    rows = demo_rows()
    with watched(killed) as seen:
        return Run(train(phase, base, rows[200:], rows[:200], work, seed=0), seen)


def run_killed(name: str, native: bool, base: Path, work: Path) -> None:
    """Train in a process of its own that is killed in the middle."""
    words = [name, str(int(native)), str(base), str(work)]
    command = [sys.executable, "-m", "benchmarks.resume", "--killed", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr[-2000:]


def compared(name: str, native: bool, base: Path, folder: Path) -> str:
    """Return a line of the table."""
    whole, again = (run(name, base, folder / str(number)) for number in range(2))
    run_killed(name, native, base, folder / "killed")
    resumed = run(name, base, folder / "killed")
    assert 0 < len(resumed.seen) < len(whole.seen), "it did not go on from a checkpoint"
    same = all(whole.seen[step] == seen for step, seen in resumed.seen.items())
    speed = whole.trained.tokens / whole.trained.seconds
    apart = " | ".join(
        f"{(whole.weights() - other.weights()).abs().max():.2g} | "
        f"{abs(whole.score() - other.score()):.2g}"
        for other in (again, resumed)
    )
    return (
        f"| {name} | {precision()} | {len(whole.seen)} | {speed:,.0f} | {min(resumed.seen)} | "
        f"{'the same' if same else 'OTHERS'} | {whole.score():.4f} | {apart} |"
    )


@contextmanager
def computing(native: bool) -> Iterator[None]:
    """Let a GPU compute in bf16, or not."""
    if native:
        yield
        return
    with patch.object(torch.cuda, "is_bf16_supported", lambda *_, **__: False):
        yield


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--numbers", nargs="+", choices=NUMBERS, default=NUMBERS, help="GPU only")
    parser.add_argument("--killed", nargs=4, help=argparse.SUPPRESS)
    flags = parser.parse_args()
    if flags.killed:
        name, native, base, work = flags.killed
        with computing(bool(int(native))):
            run(name, Path(base), Path(work), killed=True)
        return
    print("| method | precision | steps | tokens/s | resumed at step | rows of its steps | score "
          "| weights, two whole | score | weights, resumed | score |")  # fmt: skip
    print("|---|---|--:|--:|--:|---|--:|--:|--:|--:|--:|")
    gpu = torch.cuda.is_available()
    for native in [name == "bf16" for name in flags.numbers] if gpu else [True]:
        with tempfile.TemporaryDirectory() as folder, computing(native):
            base = Path(folder) / "base"
            resolve(BaseParams(model="data/demo-base")).write(base)
            for name in flags.only:
                print(compared(name, native, base, Path(folder) / name), flush=True)


if __name__ == "__main__":
    main()
