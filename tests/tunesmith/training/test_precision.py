"""Numbers follow the hardware: bf16, fp16 with scaled gradients, fp32."""

from pathlib import Path
from typing import Any

import pytest
import torch

from tests.tunesmith.methods.trying import phase
from tunesmith.models.load import dtype
from tunesmith.training.arguments import training_arguments
from tunesmith.training.precision import precision


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
    monkeypatch.setattr("transformers.TrainingArguments", lambda **options: given.update(options))
    training_arguments(phase({"kind": "full"}), 8, tmp_path, 0)
    assert [name for name in ("bf16", "fp16") if given[name]] == [
        name for name in (NUMBERS[machine],) if name != "fp32"
    ]
