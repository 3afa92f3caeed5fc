"""Numbers follow the hardware; trained weights are float32 while they are trained."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from tests.tunesmith.methods.trying import phase
from tunesmith.models.load import dtype
from tunesmith.training.arguments import training_arguments
from tunesmith.training.batching import batches
from tunesmith.training.precision import lift, lower, precision


@pytest.fixture(params=["ampere", "turing", "pascal", "none"])
def machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A machine whose GPU answers what that kind of GPU answers."""
    major = {"ampere": 8, "turing": 7, "pascal": 6, "none": 0}[request.param]

    def bf16(including_emulation: bool = True) -> bool:
        return major >= 8 or including_emulation

    monkeypatch.setattr(torch.cuda, "is_available", lambda: major > 0)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", bf16)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda *_: (major, 5))
    return str(request.param)


NUMBERS = {"ampere": "bf16", "turing": "fp16", "pascal": "fp32", "none": "fp32"}


def test_each_gpu_trains_in_the_numbers_that_it_is_fast_in(machine: str) -> None:
    assert precision() == NUMBERS[machine]


def test_only_bf16_is_also_what_weights_are_loaded_in(machine: str) -> None:
    assert dtype() == (torch.bfloat16 if machine == "ampere" else torch.float32)


def test_the_trainer_is_told(machine: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given: dict[str, Any] = {}

    def record(**options: Any) -> Any:
        given.update(options)
        return SimpleNamespace()

    monkeypatch.setattr("transformers.TrainingArguments", record)
    one = phase({"kind": "full"})
    training_arguments(one, batches(one, [{}] * 8, [], pad_id=0, in_line=False), tmp_path, 0)
    assert [name for name in ("bf16", "fp16") if given[name]] == [
        name for name in (NUMBERS[machine],) if name != "fp32"
    ]


def halves(frozen: bool) -> torch.nn.Module:
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)).bfloat16()
    model[0].requires_grad_(not frozen)
    return model


def test_only_trained_weights_are_lifted_and_come_back_as_they_were() -> None:
    model = halves(frozen=True)
    assert lift(model) == torch.bfloat16
    kinds = [weight.dtype for weight in model.parameters()]
    assert kinds == [torch.bfloat16] * 2 + [torch.float32] * 2
    lower(model, torch.bfloat16)
    assert {weight.dtype for weight in model.parameters()} == {torch.bfloat16}


def test_steps_too_small_for_half_precision_count() -> None:
    model = halves(frozen=False)
    before = model[0].weight.data.clone()
    lifted = lift(model)
    with torch.no_grad():
        for _ in range(100):
            model[0].weight.add_(model[0].weight * 1e-4)
    lower(model, lifted)
    assert (model[0].weight.data - before).abs().max() > 0


def test_float32_is_left_alone() -> None:
    model = torch.nn.Linear(2, 2)
    assert lift(model) is None
    lower(model, None)
    assert model.weight.dtype == torch.float32
