"""Bytes of weights, gradients and moments, against those of tensors that are there."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM

from tunesmith.advice.counts import Counts, count
from tunesmith.advice.weights import NF4, kept
from tunesmith.methods import read_method
from tunesmith.training.precision import lift


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("dials", [{"kind": "full"}, {"kind": "lora", "r": 4}, {"kind": "freeze"}])
def test_they_are_those_of_a_step_of_adamw(
    tiny_base: Path, dials: dict[str, Any], dtype: torch.dtype
) -> None:
    method = read_method(dials)
    counts = count(AutoConfig.from_pretrained(tiny_base), "chat", 2, method)
    model = AutoModelForCausalLM.from_pretrained(tiny_base, dtype=dtype)
    model = method.apply(model, "chat")
    lift(model)
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(trained)
    ids = torch.tensor([[5, 6, 7]])
    with torch.autocast("cpu", torch.bfloat16, enabled=dtype is torch.bfloat16):
        model(input_ids=ids, labels=ids).loss.backward()
    optimizer.step()
    found = kept(counts, 2 if dtype is torch.bfloat16 else 4, quantised=False)
    assert found.weights == sum(weight.nbytes for weight in model.parameters())
    assert found.gradients == sum(weight.grad.nbytes for weight in trained)
    moments = [v for s in optimizer.state.values() for k, v in s.items() if k != "step"]
    assert found.optimiser == sum(moment.nbytes for moment in moments)


@pytest.mark.skipif(
    importlib.util.find_spec("bitsandbytes") is None, reason="bitsandbytes is not installed"
)
def test_a_base_in_4_bits_takes_what_bitsandbytes_stores() -> None:
    from bitsandbytes.functional import quantize_4bit

    weight = torch.randn(512, 1024)
    packed, state = quantize_4bit(weight, quant_type="nf4", compress_statistics=True)
    stored = packed.nbytes + state.absmax.nbytes + state.state2.absmax.nbytes
    assert stored == round(weight.numel() * NF4)


def test_on_4_bits_norms_are_widened_the_head_is_not_and_what_is_added_is_fp32() -> None:
    counts = Counts(
        base=1_000_000, trained=100, added=100, quantised=800_000, norms=1_000, lookup=0
    )
    found = kept(counts, 2, quantised=True)
    assert found.weights == round(800_000 * NF4) + 1_000 * 4 + 199_000 * 2 + 100 * 4
    assert (found.gradients, found.optimiser) == (400, 800)


@pytest.mark.skipif(
    importlib.util.find_spec("bitsandbytes") is None, reason="bitsandbytes is not installed"
)
def test_what_a_base_in_4_bits_keeps_unpacked_is_that_of_the_real_model(tiny_base: Path) -> None:
    method = read_method({"kind": "qlora", "r": 4})
    counts = count(AutoConfig.from_pretrained(tiny_base), "chat", 2, method)
    options = method.load_options(torch.bfloat16)
    model = AutoModelForCausalLM.from_pretrained(tiny_base, dtype=torch.bfloat16, **options)
    model = method.apply(model, "chat")
    lift(model)
    unpacked = sum(weight.nbytes for weight in model.parameters() if weight.is_floating_point())
    found = kept(counts, 2, quantised=True)
    assert found.weights == round(counts.quantised * NF4) + unpacked
