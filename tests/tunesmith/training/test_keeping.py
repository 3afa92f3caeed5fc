"""Phases that start from a parent: what holds them, bit for bit where nothing should."""

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from stages.train import save
from tests.tiny import chat_row, label_row
from tests.tunesmith.methods.trying import MADE_FROM, describe
from tunesmith.errors import UserError
from tunesmith.models.load import load
from tunesmith.models.manifest import Manifest
from tunesmith.training.keeping import refuse_other_base
from tunesmith.training.params import Phase
from tunesmith.training.reservoir import read_reservoir
from tunesmith.training.run import Trained, train

pytestmark = pytest.mark.slow
EN = [chat_row(i, f"say {i % 4}", f"it is {'abcd'[i % 4]}", lang="en") for i in range(24)]
ZH = [chat_row(40 + i, f"说 {i % 4}", f"是 {'wxyz'[i % 4]}", lang="zh") for i in range(16)]
ROWS = EN + ZH


def phase(**changes: Any) -> Phase:
    dials = {
        **{"from": "base", "with": "base", "task": "chat", "method": {"kind": "lora", "r": 4}},
        **{"epochs": 1, "learning_rate": 0.02, "per_device_batch_size": 8, "max_length": 64},
        "evaluations_per_epoch": 2,
    }
    return Phase.model_validate(dials | changes)


def child(**changes: Any) -> Phase:
    return phase(**{"from": "en", "only": {"lang": "zh"}, "epochs": 2} | changes)


@pytest.fixture(scope="module")
def parent(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A phase that has learnt the English rows and kept 8 of them."""
    folder = tmp_path_factory.mktemp("parent")
    start = describe(tiny_base, folder / "base")
    dials = phase(only={"lang": "en"}, reservoir=8)
    trained = train(dials, start, ROWS, ROWS, folder / "work" / "en", seed=0)
    save(trained, dials, MADE_FROM, "en", folder / "en")
    return folder / "en"


@pytest.fixture(scope="module")
def naive(parent: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return run(parent, tmp_path_factory.mktemp("naive"), child(continual={"kind": "naive"}))


def run(start: Path, work: Path, dials: Phase) -> Trained:
    return train(dials, start, ROWS, ROWS, work / "zh", seed=0)


def weights(trained: Trained) -> dict[str, torch.Tensor]:
    return {n: p.detach().clone() for n, p in trained.model.named_parameters() if p.requires_grad}


def same(one: Trained, two: Trained) -> bool:
    other = weights(two)
    equal = all(torch.equal(w, other[n]) for n, w in weights(one).items())
    return equal and one.curves.equals(two.curves)


def moved(trained: Trained, parent: Path, counting: Any = None) -> float:
    """Return the squared distance of the weights from the parent's, each as it counts."""
    began = load(parent, "chat", [], trainable=True).model
    before = dict(began.named_parameters())
    count = dict.fromkeys(before, 1.0) if counting is None else counting
    return sum((count[n] * (w - before[n]) ** 2).sum().item() for n, w in weights(trained).items())


def test_a_phase_learns_its_own_rows_and_keeps_a_sample(parent: Path) -> None:
    kept, manifest = read_reservoir(parent), Manifest.read(parent)
    assert manifest.rows == {"train": 24, "validation": 24, "seen": 24}
    assert (len(kept.rows), kept.seen) == (8, 24)
    assert {row["lang"] for row in kept.rows} == {"en"}


@pytest.mark.parametrize(
    "continual",
    [
        None,
        {"kind": "ewc", "importance": 0},
        {"kind": "replay", "ratio": 0},
        {"kind": "distill", "weight": 0},
    ],
    ids=["without", "ewc", "replay", "distill"],
)
def test_nothing_to_hold_is_naive_bit_for_bit(
    parent: Path, naive: Trained, tmp_path: Path, continual: dict[str, Any] | None
) -> None:
    assert same(naive, run(parent, tmp_path, child(continual=continual)))


EWC = {"kind": "ewc", "importance": 3000.0, "rows": 6}


def test_ewc_holds_the_weights_and_takes_the_same_steps_in_smaller_batches(
    parent: Path, naive: Trained, tmp_path: Path
) -> None:
    held = run(parent, tmp_path / "one", child(continual=EWC))
    fisher = load_file(tmp_path / "one" / "zh" / "fisher.safetensors")
    assert moved(held, parent, fisher) < 0.3 * moved(naive, parent, fisher)
    small = child(continual=EWC, per_device_batch_size=4, gradient_accumulation_steps=2)
    halves = run(parent, tmp_path / "two", small)
    torch.testing.assert_close(weights(held), weights(halves), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(
    ("continual", "method"),
    [
        (EWC, {"kind": "lora", "r": 4}),
        ({"kind": "distill", "ratio": 0.2}, {"kind": "lora", "r": 4, "dropout": 0.0}),
        ({"kind": "olora"}, {"kind": "lora", "r": 6}),
    ],
    ids=["ewc", "distill", "olora"],
)
def test_a_stopped_phase_goes_on_to_the_same_weights(
    parent: Path, tmp_path: Path, continual: dict[str, Any], method: dict[str, Any]
) -> None:
    dials = child(continual=continual, method=method)
    whole = run(parent, tmp_path / "whole", dials)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tunesmith.training.callbacks.Progress.on_log", _stop_at_step_2)
        with pytest.raises(KeyboardInterrupt):
            run(parent, tmp_path / "stopped", dials)
    assert list((tmp_path / "stopped" / "zh").glob("checkpoint-*"))
    assert same(whole, run(parent, tmp_path / "stopped", dials))


def _stop_at_step_2(self: Any, args: Any, state: Any, control: Any, **_: Any) -> None:
    if state.global_step >= 3:
        raise KeyboardInterrupt


def test_replay_mixes_earlier_rows_in_and_keeps_a_sample_of_both(
    parent: Path, naive: Trained, tmp_path: Path
) -> None:
    replayed = run(parent, tmp_path, child(continual={"kind": "replay", "ratio": 0.2}, reservoir=8))
    assert replayed.rows == {"train": 16, "validation": 16, "replayed": 4, "seen": 40}
    assert replayed.trained_tokens > naive.trained_tokens
    assert replayed.reservoir is not None
    assert {row["lang"] for row in replayed.reservoir.rows} == {"en", "zh"}


def test_a_phase_keeps_equally_many_rows_of_each_value(parent: Path, tmp_path: Path) -> None:
    kept = run(parent, tmp_path, child(reservoir=8, reservoir_by="lang", epochs=1)).reservoir
    assert kept is not None
    assert [row["lang"] for row in kept.rows] == ["en"] * 4 + ["zh"] * 4


def test_distillation_stays_nearer_to_the_parent(
    parent: Path, naive: Trained, tmp_path: Path
) -> None:
    told = run(parent, tmp_path, child(continual={"kind": "distill", "weight": 30}))
    assert moved(told, parent) < 0.7 * moved(naive, parent)


def test_olora_leaves_the_parents_part_and_is_one_adapter(parent: Path, tmp_path: Path) -> None:
    dials = child(
        continual={"kind": "olora"}, method={"kind": "lora", "r": 6, "alpha": 12}, reservoir=4
    )
    trained = run(parent, tmp_path, dials)
    before = weights(train_free(parent))
    scale = (32 / 4) / (12 / 6)
    for name, weight in weights(trained).items():
        if ".lora_A." in name:
            assert torch.equal(weight[:4], before[name])
        else:
            assert torch.equal(weight[:, :4], scale * before[name])
            assert weight[:, 4:].abs().sum() > 0
    save(trained, dials, MADE_FROM, "zh", tmp_path / "saved")
    again = load(tmp_path / "saved", "chat", [])
    ids = torch.tensor([[5, 6, 7, 8]])
    torch.testing.assert_close(again.model(ids).logits, trained.model.eval()(ids).logits)


def train_free(parent: Path) -> Any:
    return type("Loaded", (), {"model": load(parent, "chat", [], trainable=True).model})


def test_olora_without_a_new_direction_is_refused(parent: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"of method.r 4, 4 are the parent's.*Set method.r to 8"):
        run(parent, tmp_path, child(continual={"kind": "olora"}))


def test_a_parent_on_another_base_is_refused(
    parent: Path, tiny_encoder: Path, tmp_path: Path
) -> None:
    other = describe(tiny_encoder, tmp_path / "base")
    with pytest.raises(UserError, match=r"phases.zh.from: en was trained on the base model .*Set"):
        refuse_other_base(child(continual={"kind": "naive"}), "zh", parent, other)
    refuse_other_base(child(continual={"kind": "naive"}), "zh", parent, parent.parent / "base")


def test_a_classifier_has_a_place_for_the_labels_of_later_phases(
    tiny_encoder: Path, tmp_path: Path
) -> None:
    start = describe(tiny_encoder, tmp_path / "base")
    rows = [{**label_row(i, "ab"[i % 2] * 5, "no"), "lang": "en"} for i in range(8)]
    rows += [{**label_row(9 + i, "cd"[i % 2] * 5, "yes"), "lang": "zh"} for i in range(8)]
    head = {"task": "classification", "method": {"kind": "full"}}
    first = phase(only={"lang": "en"}, reservoir=4, **head)
    trained = train(first, start, rows, rows, tmp_path / "work" / "en", seed=0)
    assert trained.labels == ["no", "yes"]
    save(trained, first, MADE_FROM, "en", tmp_path / "en")
    then = child(continual={**EWC, "fisher": "exact"}, **head)
    assert train(then, tmp_path / "en", rows, rows, tmp_path / "zh", seed=0).rows["train"] == 8


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"from": "base", "continual": {"kind": "naive"}}, "has no parent to forget"),
        ({"continual": {"kind": "olora"}, "method": {"kind": "full"}}, "method.kind must be lora"),
        ({"continual": {"kind": "olora"}, "weight_decay": 0.1}, "weight_decay would shrink"),
        ({"continual": {"kind": "si"}}, "ewc"),
        ({"only": {"colour": "red"}}, 'no field "colour"'),
        ({"reservoir": 8, "reservoir_by": "colour"}, 'no field "colour"'),
        ({"reservoir_by": "lang"}, "set reservoir, such as 500"),
    ],
)
def test_what_cannot_be_held_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        child(**changes)
