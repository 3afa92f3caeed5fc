"""QLoRA: the base is in 4 bits while it is trained, and in full precision when it is used."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.tunesmith.methods.trying import describe, outputs, try_out
from tunesmith.errors import UserError
from tunesmith.methods.qlora import Qlora

METHOD = {"kind": "qlora", "r": 4, "alpha": 8}
needs_bitsandbytes = pytest.mark.skipif(
    importlib.util.find_spec("bitsandbytes") is None,
    reason="bitsandbytes is not installed: pip install 'tunesmith[qlora]'",
)


def kinds(model: Any) -> set[str]:
    return {type(module).__name__ for module in model.modules()}


@needs_bitsandbytes
@pytest.mark.slow
def test_the_base_is_in_4_bits_only_while_it_is_trained(tiny_base: Path, tmp_path: Path) -> None:
    tried = try_out(describe(tiny_base, tmp_path / "base"), tmp_path, METHOD)
    assert "Linear4bit" in kinds(tried.trained.model)
    assert type(tried.trained.model.base_model.model.lm_head) is torch.nn.Linear
    assert "Linear4bit" not in kinds(tried.again.model)
    assert tried.trainable == 4_096
    losses = tried.trained.curves.query("split == 'train'")["loss"]
    assert losses.iloc[-1] < losses.iloc[0] - 0.1


@needs_bitsandbytes
@pytest.mark.slow
def test_full_precision_differs_by_the_quantisation_only_and_can_be_merged(
    tiny_base: Path, tmp_path: Path
) -> None:
    tried = try_out(describe(tiny_base, tmp_path / "base"), tmp_path, METHOD)
    tokenizer = tried.again.tokenizer
    again = outputs(tried.again.model, tokenizer)
    trained = tried.trained.metrics["validation_loss"]
    assert float(again.loss) == pytest.approx(trained, abs=0.01)
    assert float(again.loss) != trained
    merged = outputs(tried.again.model.merge_and_unload(), tokenizer)
    torch.testing.assert_close(merged.logits, again.logits, rtol=0, atol=1e-5)


@needs_bitsandbytes
@pytest.mark.slow
def test_a_phase_goes_on_from_the_adapter_on_4_bits(tiny_base: Path, tmp_path: Path) -> None:
    one = try_out(describe(tiny_base, tmp_path / "base"), tmp_path / "one", METHOD)
    two = try_out(one.folder, tmp_path / "two", METHOD, learning_rate=0.002)
    assert "Linear4bit" in kinds(two.trained.model)
    assert two.trained.metrics["validation_loss"] < one.trained.metrics["validation_loss"]


@needs_bitsandbytes
@pytest.mark.slow
def test_the_random_head_of_a_classifier_is_not_packed(tiny_encoder: Path, tmp_path: Path) -> None:
    start = describe(tiny_encoder, tmp_path / "base")
    tried = try_out(start, tmp_path, METHOD, task="classification", epochs=1)
    trained = [n for n, w in tried.trained.model.named_parameters() if w.requires_grad]
    assert any("classifier" in name for name in trained)


def test_without_bitsandbytes_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pip install 'tunesmith\[qlora\]', or use lora"):
        Qlora().load_options(torch.float32)


@needs_bitsandbytes
def test_products_are_computed_in_the_precision_of_the_machine() -> None:
    options = Qlora().load_options(torch.bfloat16)["quantization_config"]
    assert options.bnb_4bit_compute_dtype is torch.bfloat16
    assert options.bnb_4bit_quant_type == "nf4"
    assert options.bnb_4bit_use_double_quant
