"""A tiny model that learns by reinforcement: what its tests share."""

from pathlib import Path
from typing import Any

import torch

from tests.tiny import chat_row
from tunesmith.online.folders import Folders
from tunesmith.online.run import train_online
from tunesmith.training.params import Phase
from tunesmith.training.run import Trained

ROWS = [chat_row(i, "say " + "abcdefgh"[i % 8] * (1 + i % 3), "x") for i in range(12)]


def phase(kind: str = "ppo", objective: dict[str, Any] | None = None, **changes: Any) -> Phase:
    """Return a phase in which letters of the first half are worth something."""
    dials = {
        "from": "base",
        "with": "base",
        "task": "prompt",
        "method": {"kind": "full"},
        "objective": {
            "kind": kind,
            "rewards": [{"kind": "pattern", "expression": "[a-m]"}],
            "answers": 8,
            "max_new_tokens": 3,
            **({"group": 4} if kind in ("grpo", "rloo") else {}),
            **(objective or {}),
        },
        "epochs": 4,
        "learning_rate": 3e-3,
        "per_device_batch_size": 4,
        "evaluations_per_epoch": 1,
        "max_length": 32,
    }
    return Phase.model_validate(dials | changes)


def run(base: Path, work: Path, dials: Phase, rows: list[dict[str, Any]] = ROWS) -> Trained:
    folders = Folders(base, base, Path("rewards"), work)
    return train_online(dials, folders, rows, rows[:4], seed=0)


def weights(trained: Trained) -> dict[str, torch.Tensor]:
    return {n: p.detach().clone() for n, p in trained.model.named_parameters()}
