"""A step is the same however it is cut into batches: its loss is the mean of its trained tokens."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.tiny import chat_row, label_row
from tests.tunesmith.methods.trying import describe, phase
from tunesmith.files import read_json, write_json
from tunesmith.training.run import Trained, train

pytestmark = pytest.mark.slow
CUTS = [(8, 1), (4, 2), (1, 8)]
UNEVEN = [  # one answer of 60 letters beside seven of 1, in every step
    chat_row(i, f"say {i}", "abcd"[i % 4] * (60 if i % 8 == 0 else 1)) for i in range(24)
]
LABELLED = [label_row(i, "xy" * (1 + 9 * (i % 3)), "nym"[i % 3]) for i in range(21)]  # last step: 5


def run(base: Path, work: Path, cut: tuple[int, int], **changes: Any) -> Trained:
    dials = {
        "method": {"kind": "full"},
        "epochs": 1,
        "warmup_ratio": 0,
        "learning_rate": 1e-3,
        "per_device_batch_size": cut[0],
        "gradient_accumulation_steps": cut[1],
    }
    rows = LABELLED if changes.get("task") == "classification" else UNEVEN
    return train(phase(**{**dials, **changes}), base, rows, rows, work, seed=0)


def without_dropout(model: Path, folder: Path) -> Path:
    """Copy a model without dropout, which draws anew for every batch."""
    shutil.copytree(model, folder)
    config = read_json(folder / "config.json")
    none = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    write_json(folder / "config.json", config | none)
    return folder


def weights(trained: Trained) -> dict[str, torch.Tensor]:
    return {n: p.detach() for n, p in trained.model.named_parameters() if p.requires_grad}


def assert_same(one: Trained, other: Trained) -> None:
    """Losses, gradients and weights agree to what a different order of sums costs in fp32."""
    columns = ["step", "loss", "grad_norm"]
    steps = [t.curves.query("split == 'train'")[columns].to_numpy() for t in (one, other)]
    assert steps[0] == pytest.approx(steps[1], rel=2e-4)
    for name, weight in weights(one).items():
        torch.testing.assert_close(weight, weights(other)[name], rtol=0, atol=2e-5)


# SGD: its step is the gradient itself; Adam divides by it, so near zero even its sign is noise
@pytest.fixture(autouse=True)
def sgd(monkeypatch: pytest.MonkeyPatch) -> None:
    from transformers import Trainer

    def create(self: Any, model: Any = None) -> Any:
        trained = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizer = self.optimizer or torch.optim.SGD(trained, self.args.learning_rate * 100)
        return self.optimizer

    monkeypatch.setattr(Trainer, "create_optimizer", create)


@pytest.mark.parametrize("cut", CUTS[1:])
@pytest.mark.parametrize(
    "method",
    [
        {"kind": "full"},
        {"kind": "lora", "r": 4, "alpha": 8},
        {"kind": "prefix", "tokens": 4},
        {"kind": "prompt", "tokens": 4},
    ],
    ids=lambda method: method["kind"],
)
def test_chats_of_very_different_lengths(
    base: Path, tmp_path: Path, cut: tuple[int, int], method: dict[str, Any]
) -> None:
    whole = run(base, tmp_path / "whole", CUTS[0], method=method)
    assert_same(run(base, tmp_path / "cut", cut, method=method), whole)


@pytest.mark.parametrize("cut", CUTS[1:])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"class_weights": "balanced", "label_smoothing": 0.1},
        {"adversarial_epsilon": 0.1},
    ],
)
def test_classes_whose_last_step_is_short(
    tiny_encoder: Path, tmp_path: Path, cut: tuple[int, int], changes: dict[str, Any]
) -> None:
    base = describe(without_dropout(tiny_encoder, tmp_path / "weights"), tmp_path / "base")
    dials = {"task": "classification", **changes}
    whole = run(base, tmp_path / "whole", CUTS[0], **dials)
    assert_same(run(base, tmp_path / "cut", cut, **dials), whole)
