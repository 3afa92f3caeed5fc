"""What the best checkpoint is chosen by, against scikit-learn and by hand."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.metrics import f1_score

from tests.tiny import chat_row, label_row
from tests.tunesmith.methods.trying import describe, phase
from tunesmith.training.run import Trained, train
from tunesmith.training.scores import class_scores, macro_f1, most_likely, token_scores


@pytest.mark.parametrize("seed", range(5))
def test_macro_f1_is_that_of_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    right, chosen = rng.integers(0, 5, 40), rng.integers(1, 7, 40)
    assert macro_f1(chosen, right) == pytest.approx(f1_score(right, chosen, average="macro"))


def test_a_class_that_is_always_missed_pulls_macro_f1_down_but_not_accuracy() -> None:
    logits = np.array([[1.0, 0.0]] * 10)
    scores = class_scores(SimpleNamespace(predictions=logits, label_ids=np.array([0] * 9 + [1])))
    assert scores["accuracy"] == pytest.approx(0.9)
    assert scores["macro_f1"] == pytest.approx((18 / 19 + 0) / 2)


def test_a_token_is_right_when_the_position_before_it_says_so() -> None:
    labels = np.array([[-100, 5, 6, -100], [-100, -100, 7, -100]])  # padded; 3 trained tokens
    chosen = np.array([[5, 9, 0, 0], [0, 7, 0, 0]])
    assert token_scores(SimpleNamespace(predictions=chosen, label_ids=labels)) == {
        "token_accuracy": pytest.approx(2 / 3)
    }


def test_virtual_tokens_before_the_text_are_left_out() -> None:
    logits = torch.eye(5)[None]  # 5 positions, of which 2 are virtual
    assert most_likely((logits, "cache"), torch.zeros(1, 3)).tolist() == [[2, 3, 4]]


def run(base: Path, work: Path, **changes: Any) -> Trained:
    rows = [chat_row(i, f"say {i % 4}", "abcd"[i % 4] * 3) for i in range(24)]
    method = {"kind": "prompt", "tokens": 4} if changes.pop("prompt", False) else {"kind": "full"}
    return train(phase(method, **changes), base, rows, rows, work, seed=0)


@pytest.mark.slow
@pytest.mark.parametrize("prompt", [False, True])
def test_the_best_checkpoint_is_chosen_by_the_tokens_it_gets_right(
    base: Path, tmp_path: Path, prompt: bool
) -> None:
    trained = run(base, tmp_path / "w", best_by="token_accuracy", epochs=3, prompt=prompt)
    assert set(trained.metrics) == {"train_loss", "validation_token_accuracy"}
    assert 0 <= trained.metrics["validation_token_accuracy"] <= 1
    assert prompt or trained.metrics["validation_token_accuracy"] > 0.2


@pytest.mark.slow
def test_early_stopping_counts_evaluations_of_what_is_best_by(
    tiny_encoder: Path, tmp_path: Path
) -> None:
    base = describe(tiny_encoder, tmp_path / "base")
    rows = [label_row(i, "xy", "ny"[i % 2]) for i in range(32)]  # nothing tells them apart
    changes = {"task": "classification", "epochs": 9, "early_stopping_patience": 2}
    one = phase({"kind": "full"}, best_by="accuracy", **changes)
    trained = train(one, base, rows, rows, tmp_path / "work", seed=0)
    assert trained.metrics["validation_accuracy"] == 0.5
    assert trained.outcome["best_step"] == 4  # an epoch; one accuracy is never better than the same
    assert trained.outcome["last_step"] == 12
