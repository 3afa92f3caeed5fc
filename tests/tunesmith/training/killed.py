"""Trains in processes of their own that are killed at a given moment; a script and its words.

One process imports torch and forks; it trains nothing itself. For each moment it prints one JSON
line: how the process that was killed there ended, and what the next one came to.
"""

import gc
import json
import os
import signal
import sys
from functools import partial
from pathlib import Path
from typing import Any

import torch

from tests.tiny import chat_row, label_row
from tunesmith.files import sha256_text
from tunesmith.training import checkpoints
from tunesmith.training.exact import ExactTrainer
from tunesmith.training.params import Phase
from tunesmith.training.run import Trained, train

CHAT = [
    chat_row(i, f"say {'word ' * (i % 5)}{i % 4}", f"it is {'abcd'[i % 4] * (i % 7)}")
    for i in range(22)
]
LABELLED = [
    label_row(i, ("很好 " if i % 2 else "bad ") * (1 + i % 4), "ny"[i % 2]) for i in range(22)
]
USUAL = {
    "from": "base",
    "with": "base",
    "epochs": 3,
    "per_device_batch_size": 2,
    "gradient_accumulation_steps": 2,
    "evaluations_per_epoch": 2,
    "max_length": 128,
}
KINDS: dict[str, dict[str, Any]] = {
    "lora": {
        "task": "chat",
        "method": {"kind": "lora", "r": 4, "alpha": 8, "dropout": 0.2},
        "learning_rate": 0.02,
        "neftune_noise_alpha": 5,
    },
    "full": {
        "task": "chat",
        "method": {"kind": "full"},
        "learning_rate": 3e-3,
        "neftune_noise_alpha": 5,
        "early_stopping_patience": 2,
    },
    "classification": {
        "task": "classification",
        "method": {"kind": "full"},
        "learning_rate": 3e-3,
        "adversarial_epsilon": 0.1,
    },
}
Moment = tuple[str, int, signal.Signals]
MOMENTS: dict[str, list[Moment]] = {  # batch: the n-th forward pass; file: the n-th of torch, half
    "lora": [
        ("batch", 3, signal.SIGKILL),  # before any checkpoint
        ("batch", 21, signal.SIGKILL),  # in the second epoch, from a checkpoint within it
        ("file", 7, signal.SIGKILL),  # torch writes 4 a checkpoint
        ("end", 1, signal.SIGKILL),  # all is trained, nothing is written yet
    ],
    "full": [("batch", 29, signal.SIGTERM), ("seal", 3, signal.SIGKILL)],
    "classification": [("batch", 21, signal.SIGKILL)],
}


def phase(kind: str) -> Phase:
    return Phase.model_validate(USUAL | KINDS[kind])


def run(folder: Path, work: Path, kind: str) -> dict[str, str]:
    """Train, and return what must be the same however often that was interrupted."""
    rows = LABELLED if kind == "classification" else CHAT
    base = folder / ("encoder" if kind == "classification" else "base")
    return fingerprints(train(phase(kind), base, rows, rows[:8], work, seed=0))


def fingerprints(trained: Trained) -> dict[str, str]:
    weights = {n: p.detach().tolist() for n, p in sorted(trained.model.named_parameters())}
    return {
        "weights": sha256_text(json.dumps(weights)),
        "curves": sha256_text(trained.curves.to_csv()),
        "metrics": json.dumps(trained.metrics, sort_keys=True),
        "outcome": json.dumps(trained.outcome, sort_keys=True),
    }


def end_at(what: str, number: int, by: signal.Signals) -> None:
    """Let this process be ended at a moment."""
    left = [number]

    def now() -> bool:
        left[0] -= 1
        return left[0] == 0

    def kill() -> None:
        os.kill(os.getpid(), by)

    if what == "batch":
        step = ExactTrainer.training_step
        ExactTrainer.training_step = lambda *a, **o: (now() and kill(), step(*a, **o))[1]
    elif what == "file":
        save = torch.save
        torch.save = lambda data, path, **o: (
            (Path(path).write_bytes(b"PK half"), kill()) if now() else save(data, path, **o)
        )
    elif what == "seal":
        seal = checkpoints.seal
        checkpoints.seal = lambda folder: kill() if now() else seal(folder)
    else:
        ExactTrainer._finalize_training = lambda *_, **__: kill()


def in_a_process(work: Any) -> tuple[int, Any]:
    """Run a function in a forked process; return its exit code, -9 for SIGKILL, and result."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        code = 1
        try:
            os.write(writing, json.dumps(work()).encode())
            code = 0
        except SystemExit as ended:
            code = int(str(ended.code))
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), json.loads(text or "null")


def tried(folder: Path, kind: str, what: str, number: int, by: signal.Signals) -> dict[str, Any]:
    """End a training at a moment, start it again, and return how both ended."""
    work = folder / kind / f"{what}-{number}"

    def killed() -> None:
        end_at(what, number, by)
        run(folder, work, kind)

    ended, _ = in_a_process(killed)
    left = [path.name for path in checkpoints.by_step(work)]
    code, again = in_a_process(lambda: run(folder, work, kind))
    return {"ended": ended, "left": left, "code": code, "again": again}


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    gc.freeze()
    for kind, moments in MOMENTS.items():
        whole = partial(run, folder, folder / kind / "whole", kind)
        code, again = in_a_process(whole)
        tell(kind, {"moment": "none", "code": code, "again": again})
        for what, number, by in moments:
            tell(kind, {"moment": f"{what} {number}", **tried(folder, kind, what, number, by)})


def tell(kind: str, record: dict[str, Any]) -> None:
    print(json.dumps({"kind": kind, **record}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
