"""Trains a method on a tiny model as a phase does, saves it and loads it again."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from stages.train import save
from tests.tiny import chat_row, label_row
from tunesmith.models.load import Loaded, load
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.training.collate import Collator
from tunesmith.training.examples import encode_rows
from tunesmith.training.params import Phase
from tunesmith.training.run import Trained, train

ROWS = [chat_row(i, f"say {i % 4}", f"it is {'abcd'[i % 4]}") for i in range(32)]
LABELLED = [
    label_row(i, ("很好 " if i % 2 else "bad ") + "xy" * (i % 3), "ny"[i % 2]) for i in range(32)
]
MADE_FROM = {"data": {}, "settings": {}, "parents": [], "seed": 0}


@dataclass(frozen=True)
class Tried:
    """A method after its training, in memory and read back."""

    trained: Trained
    again: Loaded
    folder: Path

    @property
    def trainable(self) -> int:
        return sum(w.numel() for w in self.trained.model.parameters() if w.requires_grad)


def phase(method: dict[str, Any], **changes: Any) -> Phase:
    dials = {
        "from": "base",
        "with": "base",
        "task": "chat",
        "method": method,
        "epochs": 2,
        "learning_rate": 0.02,
        "per_device_batch_size": 8,
        "evaluations_per_epoch": 1,
        "max_length": 128,
    }
    return Phase.model_validate(dials | changes)


def describe(weights: Path, folder: Path) -> Path:
    """Write the descriptor of a base model and return its folder."""
    resolve(BaseParams(model=str(weights))).write(folder)
    return folder


def try_out(start: Path, work: Path, method: dict[str, Any], **changes: Any) -> Tried:
    """Train, save to `work`/out and load again."""
    dials = phase(method, **changes)
    rows = LABELLED if dials.task == "classification" else ROWS
    trained = train(dials, start, rows, rows[:8], work / "checkpoints", seed=0)
    save(trained, dials, MADE_FROM, "try", work / "out")
    return Tried(trained, load(work / "out", dials.task, trained.labels), work / "out")


def batch(tokenizer: Any, task: str = "chat") -> dict[str, torch.Tensor]:
    """Return the validation rows as one batch."""
    rows = LABELLED if task == "classification" else ROWS
    encoded = encode_rows(rows[:8], task, tokenizer, 128, ["n", "y"])
    return Collator(tokenizer.pad_token_id)(encoded)


def outputs(model: Any, tokenizer: Any, task: str = "chat") -> Any:
    """Return loss and logits of the validation rows."""
    model.eval()
    with torch.inference_mode():
        return model(**{k: v.to(model.device) for k, v in batch(tokenizer, task).items()})
