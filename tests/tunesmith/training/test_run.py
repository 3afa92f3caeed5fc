"""Training: a tiny model learns, the same way each time, and goes on where it was stopped."""

from pathlib import Path
from typing import Any

import pytest
import torch

from tests.tiny import chat_row, label_row, save_tiny_base
from tunesmith.errors import UserError
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.training.params import Phase
from tunesmith.training.run import Trained, train

pytestmark = pytest.mark.slow
ROWS = [chat_row(i, f"say {i % 4}", f"it is {'abcd'[i % 4]}") for i in range(32)]


def phase(**changes: Any) -> Phase:
    dials = {
        "from": "base",
        "with": "base",
        "task": "chat",
        "method": {"kind": "lora", "r": 4, "alpha": 8},
        "epochs": 3,
        "learning_rate": 0.02,
        "per_device_batch_size": 8,
        "evaluations_per_epoch": 1,
        "max_length": 128,
    }
    return Phase.model_validate(dials | changes)


@pytest.fixture
def start(tiny_base: Path, tmp_path: Path) -> Path:
    resolve(BaseParams(model=str(tiny_base))).write(tmp_path / "base")
    return tmp_path / "base"


def run(start: Path, work: Path, dials: Phase, rows: list[dict[str, Any]] = ROWS) -> Trained:
    return train(dials, start, rows, rows[:8], work, seed=0)


def weights(trained: Trained) -> dict[str, torch.Tensor]:
    return {n: p.detach().clone() for n, p in trained.model.named_parameters() if p.requires_grad}


def test_the_loss_falls_and_the_same_seed_gives_the_same_weights(
    start: Path, tmp_path: Path
) -> None:
    one = run(start, tmp_path / "one", phase())
    two = run(start, tmp_path / "two", phase())
    losses = one.curves.query("split == 'train'")["loss"]
    assert losses.iloc[-1] < losses.iloc[0] - 0.3  # the base is random and frozen: it has a floor
    assert all(torch.equal(weights(one)[name], tensor) for name, tensor in weights(two).items())
    assert one.curves.equals(two.curves)


def test_a_part_of_an_epoch_has_a_curve_too(start: Path, tmp_path: Path) -> None:
    rows = [chat_row(i, f"say {i % 4}", f"it is {'abcd'[i % 4]}") for i in range(400)]
    short = run(start, tmp_path / "short", phase(epochs=0.06), rows)  # 3 steps of 50
    assert len(short.curves.query("split == 'train'")) == 3


def test_a_stopped_run_goes_on_and_ends_with_the_same_weights(start: Path, tmp_path: Path) -> None:
    whole = run(start, tmp_path / "whole", phase())
    stopped = tmp_path / "stopped"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tunesmith.training.callbacks.Progress.on_log", _stop_at_step_9)
        with pytest.raises(KeyboardInterrupt):
            run(start, stopped, phase())
    assert list(stopped.glob("checkpoint-*"))
    resumed = run(start, stopped, phase())
    assert all(torch.equal(weights(whole)[n], tensor) for n, tensor in weights(resumed).items())


def _stop_at_step_9(self: Any, args: Any, state: Any, control: Any, **_: Any) -> None:
    if state.global_step >= 9:
        raise KeyboardInterrupt


def test_a_loss_that_is_no_number_stops_with_the_way_out(start: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"the loss is (nan|inf).*learning_rate"):
        run(start, tmp_path / "x", phase(learning_rate=1e30, method={"kind": "full"}))


def test_an_encoder_learns_labels(tiny_encoder: Path, tmp_path: Path) -> None:
    resolve(BaseParams(model=str(tiny_encoder))).write(tmp_path / "base")
    rows = [
        label_row(i, ("很好 " if i % 2 else "bad ") + "xy" * (i % 3), "ny"[i % 2])
        for i in range(64)
    ]
    dials = phase(task="classification", method={"kind": "full"}, learning_rate=5e-3, epochs=5)
    trained = run(tmp_path / "base", tmp_path / "work", dials, rows)
    assert trained.labels == ["n", "y"]
    assert trained.metrics["validation_accuracy"] > 0.9


def test_a_text_longer_than_the_model_has_positions_for_is_refused(
    start: Path, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=r"max_length: 513 tokens are more than .*\(512\); at most"):
        run(start, tmp_path / "x", phase(max_length=513))


def test_a_single_class_is_refused_since_its_loss_is_zero_from_the_start(
    tiny_encoder: Path, tmp_path: Path
) -> None:
    resolve(BaseParams(model=str(tiny_encoder))).write(tmp_path / "base")
    dials = phase(task="classification", method={"kind": "full"})
    rows = [label_row(i, "text", "n") for i in range(8)]
    with pytest.raises(
        UserError, match=r'every row has the label "n", so there is nothing to tell'
    ):
        run(tmp_path / "base", tmp_path / "work", dials, rows)


def test_a_label_that_only_validation_has_is_named(tiny_encoder: Path, tmp_path: Path) -> None:
    resolve(BaseParams(model=str(tiny_encoder))).write(tmp_path / "base")
    dials = phase(task="classification", method={"kind": "full"})
    rows = [label_row(i, "text", "ny"[i % 2]) for i in range(8)]
    other = [label_row(40, "text", "maybe")]
    with pytest.raises(UserError, match=r"toy.jsonl:41: label 'maybe' was never seen in training"):
        train(dials, tmp_path / "base", rows, other, tmp_path / "work", seed=0)


def test_chat_without_a_template_names_the_way_out(tmp_path: Path) -> None:
    save_tiny_base(tmp_path / "weights", template=None)
    resolve(BaseParams(model=str(tmp_path / "weights"))).write(tmp_path / "base")
    with pytest.raises(UserError, match="no chat template; set base.chat_template"):
        run(tmp_path / "base", tmp_path / "x", phase())


def test_completions_need_no_template(tmp_path: Path) -> None:
    save_tiny_base(tmp_path / "weights", template=None)
    resolve(BaseParams(model=str(tmp_path / "weights"))).write(tmp_path / "base")
    trained = run(tmp_path / "base", tmp_path / "x", phase(task="completion", epochs=1))
    losses = trained.curves.query("split == 'train'")["loss"]
    assert losses.iloc[-1] < losses.iloc[0] - 0.1


def test_noise_on_the_embeddings_changes_the_training_not_the_model(
    start: Path, tmp_path: Path
) -> None:
    plain = run(start, tmp_path / "plain", phase(epochs=1))
    noisy = run(start, tmp_path / "noisy", phase(epochs=1, neftune_noise_alpha=5))
    assert plain.curves["loss"].iloc[0] != noisy.curves["loss"].iloc[0]
    ids = torch.tensor([[5, 6, 7]])
    noisy.model.train()
    assert torch.equal(noisy.model(ids).logits, noisy.model(ids).logits)
