"""QLoRA: the base is in 4 bits while it is trained, and in full precision when it is used."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import prepare_model_for_kbit_training
from transformers import AutoModelForCausalLM

from tests.tunesmith.methods.trying import describe, outputs, try_out
from tunesmith.errors import UserError
from tunesmith.fast.fits import why_not
from tunesmith.fast.model import FastModel
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
def test_evaluation_leaves_the_4_bits_as_they_are_at_any_width(
    tiny_base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bitsandbytes.nn import modules

    monkeypatch.setattr(modules, "has_avx512bf16", lambda: True)  # a CPU that packs to evaluate
    model = in_bf16(tiny_base, Qlora(r=4)).eval()  # widths of 32, where packs of 64 are wanted
    before = {name: weight.clone() for name, weight in model.named_parameters()}
    with torch.no_grad():
        model(input_ids=torch.tensor([[5, 6, 7]]))
    after = dict(model.named_parameters())
    assert all(torch.equal(before[name], after[name]) for name in before)


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


def in_bf16(base: Path, method: Qlora) -> Any:
    """Return the base as a GPU loads it, with the method on it and LoRA that is not zero."""
    options = method.load_options(torch.bfloat16)
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.bfloat16, **options)
    model = method.apply(model, "chat")
    drawn = torch.Generator().manual_seed(0)
    for name, weight in model.named_parameters():
        if "lora" in name:
            torch.nn.init.normal_(weight, 0.0, 0.02, generator=drawn)
    return model


def losses(model: Any) -> tuple[float, torch.Tensor]:
    """Return the loss of drawn tokens and the gradient of all of LoRA."""
    ids = torch.randint(4, 200, (4, 40), generator=torch.Generator().manual_seed(1))
    with torch.autocast("cpu", torch.bfloat16):
        loss = model(input_ids=ids, labels=ids).loss
    loss.backward()
    grads = [w.grad.flatten() for w in model.parameters() if w.grad is not None]
    return loss.item(), torch.cat(grads)


@needs_bitsandbytes
def test_only_the_norms_and_what_is_trained_are_widened(tiny_base: Path) -> None:
    model = in_bf16(tiny_base, Qlora(r=4, modules_to_save=["lm_head"]))  # tied to the embeddings
    kinds: dict[torch.dtype, set[str]] = {}
    for name, weight in model.named_parameters():
        word = next(w for w in ("norm", "lora", "to_save", "embed", "proj") if w in name)
        kinds.setdefault(weight.dtype, set()).add(word)
    assert kinds == {
        torch.uint8: {"proj"},
        torch.bfloat16: {"embed"},
        torch.float32: {"norm", "lora", "to_save"},
    }


@needs_bitsandbytes
@pytest.mark.parametrize("checkpointing", [False, True])
def test_loss_and_gradients_are_those_with_all_in_fp32(
    tiny_base: Path, checkpointing: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = in_bf16(tiny_base, Qlora(r=4))
    if checkpointing:
        model.gradient_checkpointing_enable()
        model.train()
    loss, gradient = losses(model)
    monkeypatch.setattr("tunesmith.methods.qlora._prepared", prepare_model_for_kbit_training)
    wide_loss, wide_gradient = losses(in_bf16(tiny_base, Qlora(r=4)))
    assert loss == pytest.approx(wide_loss, rel=1e-3)
    assert float((gradient - wide_gradient).norm() / wide_gradient.norm()) < 0.02


@needs_bitsandbytes
def test_it_answers_without_autocast_too(tiny_base: Path) -> None:
    model = in_bf16(tiny_base, Qlora(r=4)).eval()
    ids = torch.tensor([[5, 6, 7]])
    assert model.generate(input_ids=ids, max_new_tokens=3, min_new_tokens=3).shape == (1, 6)


@needs_bitsandbytes
def test_the_fast_path_reads_the_head_where_it_lies(tiny_base: Path) -> None:
    model = in_bf16(tiny_base, Qlora(r=4))
    assert why_not(model, 40) is None
    fast = FastModel(model)
    assert fast.dtype is torch.bfloat16
    assert fast.head.data_ptr() == model.get_base_model().lm_head.weight.data_ptr()


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
