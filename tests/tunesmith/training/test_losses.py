"""Class weights and label smoothing, against the sum by hand."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.tiny import label_row
from tests.tunesmith.methods.trying import describe, phase
from tunesmith.training.losses import balanced_weights, class_loss
from tunesmith.training.run import train

LOGITS = [[2.0, 0.0, -1.0], [0.5, 1.0, 0.0]]
LABELS = [0, 2]
SEEN = [0, 0, 0, 1, 2, 2]  # 6 rows of 3 classes: weights 2/3, 2 and 1


def dials(**changes: Any) -> Any:
    return phase({"kind": "full"}, task="classification", **changes)


def logprobs(row: list[float]) -> list[float]:
    total = math.log(sum(math.exp(value) for value in row))
    return [value - total for value in row]


def by_hand(weights: list[float], smoothing: float) -> float:
    """Return -Σ rows [(1-ε) w_y log p_y + ε/C Σ classes w_c log p_c] / rows."""
    total = 0.0
    for row, label in zip(LOGITS, LABELS, strict=True):
        logs = logprobs(row)
        spread = sum(weight * log for weight, log in zip(weights, logs, strict=True))
        total -= (1 - smoothing) * weights[label] * logs[label] + smoothing / 3 * spread
    return total / len(LABELS)


def test_a_balanced_weight_is_one_on_average_over_rows() -> None:
    weights = balanced_weights(SEEN, 3)
    assert weights == pytest.approx([2 / 3, 2, 1])
    assert sum(weights[label] for label in SEEN) / len(SEEN) == pytest.approx(1)


@pytest.mark.parametrize(
    ("changes", "weights", "smoothing"),
    [
        ({}, [1, 1, 1], 0.0),
        ({"class_weights": "balanced"}, [2 / 3, 2, 1], 0.0),
        ({"label_smoothing": 0.1}, [1, 1, 1], 0.1),
        ({"class_weights": "balanced", "label_smoothing": 0.3}, [2 / 3, 2, 1], 0.3),
    ],
)
def test_the_loss_is_the_one_by_hand(
    changes: dict[str, Any], weights: list[float], smoothing: float
) -> None:
    loss = class_loss(dials(**changes), SEEN, 3)
    got = loss({"logits": torch.tensor(LOGITS)}, torch.tensor(LABELS))
    assert float(got) == pytest.approx(by_hand(weights, smoothing), abs=1e-6)


def test_a_step_of_several_batches_is_divided_by_all_its_rows() -> None:
    loss = class_loss(dials(label_smoothing=0.1), SEEN, 3)
    parts = [
        loss({"logits": torch.tensor([row])}, torch.tensor([label]), torch.tensor(2))
        for row, label in zip(LOGITS, LABELS, strict=True)
    ]
    assert float(sum(parts)) == pytest.approx(by_hand([1, 1, 1], 0.1), abs=1e-6)


@pytest.mark.slow
def test_the_trainer_divides_accumulated_batches_by_all_their_rows(
    tiny_base: Path, tmp_path: Path
) -> None:
    rows = [label_row(i, "text", "ny"[i % 2]) for i in range(16)]
    start = describe(tiny_base, tmp_path / "base")
    first = {}
    for batches in (1, 4):
        one = dials(
            label_smoothing=0.1,
            per_device_batch_size=16 // batches,
            gradient_accumulation_steps=batches,
            warmup_ratio=0,
        )
        trained = train(one, start, rows, rows, tmp_path / str(batches), seed=0)
        first[batches] = trained.curves.query("split == 'train'")[["loss", "grad_norm"]].iloc[0]
    assert list(first[4]) == pytest.approx(list(first[1]), rel=1e-4)


@pytest.mark.slow
def test_balanced_weights_find_a_rare_class_that_is_else_passed_over(
    tiny_encoder: Path, tmp_path: Path
) -> None:
    rows = [label_row(i, "abc"[i % 3] * 3, "rare" if i % 9 == 0 else "usual") for i in range(54)]
    start = describe(tiny_encoder, tmp_path / "base")
    share = {}
    for choice in ("none", "balanced"):
        one = dials(class_weights=choice, learning_rate=5e-3, epochs=4, max_length=16)
        trained = train(one, start, rows, rows[:18], tmp_path / choice, seed=0)
        ids = trained.start.tokenizer("aaa", return_tensors="pt")
        with torch.inference_mode():
            scores = trained.model.eval()(ids["input_ids"]).logits.softmax(-1)
        share[choice] = float(scores[0, trained.labels.index("rare")])
    # "aaa" is rare in 1 of 3 cases; weighted by 4.5 against 0.5625 that is 0.8 of the loss
    assert share["none"] < 0.5 < share["balanced"]
