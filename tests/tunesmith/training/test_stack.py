"""A new adapter on a frozen one: what is saved is both, as one adapter on the untouched base."""

from pathlib import Path
from typing import Any

import pytest
import torch

from stages.train import save
from tests.adapters import logits, save_adapter
from tests.tunesmith.methods.trying import MADE_FROM, ROWS, describe, phase
from tunesmith.errors import UserError
from tunesmith.methods.base.lora_file import read_lora
from tunesmith.models.load import load
from tunesmith.models.manifest import Manifest
from tunesmith.training.params import Phase
from tunesmith.training.run import Trained, train

IDS = [2, 40, 41, 42, 3, 50]


@pytest.fixture
def parent(tiny_base: Path, tmp_path: Path) -> Path:
    base = describe(tiny_base, tmp_path / "base")
    return save_adapter(base, tmp_path / "parent", 1, {"r": 2, "targets": ["q_proj", "v_proj"]})


def stacked(start: Path, work: Path, **changes: Any) -> tuple[Phase, Trained]:
    one = phase({"kind": "lora", "r": 3}, stack=True, epochs=1, **changes)
    return one, train(one, start, ROWS[:16], ROWS[:4], work, seed=0)


def test_both_are_saved_as_one_adapter(parent: Path, tmp_path: Path) -> None:
    one, trained = stacked(parent, tmp_path / "work")
    save(trained, one, MADE_FROM, "child", tmp_path / "child", parent)
    with torch.inference_mode():
        wanted = trained.model.eval()(input_ids=torch.tensor([IDS])).logits[0]
    torch.testing.assert_close(logits(tmp_path / "child", IDS), wanted, rtol=1e-4, atol=1e-5)
    assert (wanted - logits(parent, IDS)).abs().max() > 1e-2
    assert Manifest.read(tmp_path / "child").method["r"] == 5
    module = "base_model.model.model.layers.0.self_attn.q_proj"
    beneath, both = read_lora(parent), read_lora(tmp_path / "child")
    torch.testing.assert_close(both.factors[module][0][:2], beneath.factors[module][0])


def test_a_stack_is_trained_further_as_an_adapter_of_its_rank(parent: Path, tmp_path: Path) -> None:
    one, trained = stacked(parent, tmp_path / "work")
    save(trained, one, MADE_FROM, "child", tmp_path / "child", parent)
    method = Manifest.read(tmp_path / "child").method
    again = train(
        phase(method, epochs=1), tmp_path / "child", ROWS[:8], ROWS[:4], tmp_path / "again", seed=0
    )
    assert load(tmp_path / "child", "chat", []).method == phase(method).method
    assert again.metrics["validation_loss"] > 0


def test_a_stack_needs_something_beneath(parent: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="stack: the phase starts from a model of no adapter"):
        stacked(tmp_path / "base", tmp_path / "work")


@pytest.mark.parametrize("method", [{"kind": "prefix"}, {"kind": "lora", "dora": True}])
def test_what_cannot_be_one_adapter_is_not_stacked(method: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="only plain lora"):
        phase(method, stack=True)


def test_a_stack_is_not_held_as_well() -> None:
    with pytest.raises(ValueError, match="a stack leaves what it stands on as it is"):
        phase({"kind": "lora"}, stack=True, **{"from": "sft"}, continual={"kind": "naive"})
