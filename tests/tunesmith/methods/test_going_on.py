"""A phase may go on from another's weights, and a stopped one from its checkpoint."""

from pathlib import Path
from typing import Any

import pytest
import torch

from tests.tunesmith.methods.trying import ROWS, Tried, describe, outputs, phase, try_out
from tunesmith.errors import UserError
from tunesmith.training.run import Trained, train

pytestmark = pytest.mark.slow
PREFIX = {"kind": "prefix", "tokens": 8, "projection": True}
ADAPTER = {"kind": "adapter", "width": 8}
LORA = {"kind": "lora", "r": 4, "alpha": 8}
PISSA = {**LORA, "init": "pissa"}
CARTRIDGE = {"kind": "peft", "type": "CARTRIDGE", "options": {"num_virtual_tokens": 4}}


def go_on(
    start: Path, work: Path, first: dict[str, Any], then: dict[str, Any]
) -> tuple[Tried, Tried]:
    one = try_out(start, work / "one", first, epochs=1)
    return one, try_out(one.folder, work / "two", then, epochs=1, learning_rate=0.002)


@pytest.mark.parametrize(
    "method", [PREFIX, ADAPTER, PISSA, CARTRIDGE, {"kind": "freeze"}], ids=lambda m: m["kind"]
)
def test_a_phase_goes_on_where_the_one_before_it_ended(
    tiny_base: Path, tmp_path: Path, method: dict[str, Any]
) -> None:
    one, two = go_on(describe(tiny_base, tmp_path / "base"), tmp_path, method, method)
    first_loss = two.trained.curves["loss"].iloc[0]
    assert first_loss == pytest.approx(one.trained.metrics["validation_loss"], abs=0.05)
    assert two.trained.metrics["validation_loss"] < one.trained.metrics["validation_loss"]
    again = outputs(two.again.model, two.again.tokenizer)
    assert float(again.loss) == pytest.approx(two.trained.metrics["validation_loss"], abs=1e-5)


def test_the_learning_rates_of_lora_plus_may_change_between_phases(
    tiny_base: Path, tmp_path: Path
) -> None:
    start = describe(tiny_base, tmp_path / "base")
    _, two = go_on(start, tmp_path, LORA, {**LORA, "lora_plus": 4})
    assert two.trained.metrics["validation_loss"] < 5.5


@pytest.mark.parametrize(
    ("first", "then", "expected"),
    [
        (LORA, {**LORA, "r": 8}, r'starts from "try".* whose r cannot change.*same method\.r'),
        (LORA, ADAPTER, "a lora adapter, so its method must be that too, not adapter"),
        (LORA, {"kind": "full"}, "a lora adapter, so its method must be that too, not full"),
        ({"kind": "full"}, LORA, "has weights of its own.*full or freeze.*start from base"),
    ],
)
def test_weights_of_another_kind_or_shape_are_not_gone_on_from(
    tiny_base: Path, tmp_path: Path, first: dict[str, Any], then: dict[str, Any], expected: str
) -> None:
    with pytest.raises(UserError, match=expected):
        go_on(describe(tiny_base, tmp_path / "base"), tmp_path, first, then)


@pytest.mark.parametrize("method", [PREFIX, ADAPTER, PISSA, CARTRIDGE], ids=lambda m: m["kind"])
def test_a_stopped_training_goes_on_and_ends_with_the_same_weights(
    tiny_base: Path, tmp_path: Path, method: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    start = describe(tiny_base, tmp_path / "base")

    def run(name: str) -> Trained:
        return train(phase(method), start, ROWS, ROWS[:8], tmp_path / name, seed=0)

    whole = run("whole")
    with monkeypatch.context() as patch:
        patch.setattr("tunesmith.training.callbacks.Progress.on_log", _stop_at_step_6)
        with pytest.raises(KeyboardInterrupt):
            run("stopped")
    resumed = run("stopped")
    ours = dict(resumed.model.named_parameters())
    assert all(torch.equal(ours[name], w) for name, w in whole.model.named_parameters())


def _stop_at_step_6(self: Any, args: Any, state: Any, control: Any, **_: Any) -> None:
    if state.global_step >= 6:
        raise KeyboardInterrupt
