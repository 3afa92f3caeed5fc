"""What a layer keeps for the backward pass, against what autograd really keeps on a tiny Llama."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, LlamaConfig

from tunesmith.advice.activations import (
    Widths,
    checkpointed_bytes,
    fast_layer_bytes,
    layer_bytes,
    loss_bytes,
)
from tunesmith.advice.moving import KEEPS
from tunesmith.advice.shape import shape_of
from tunesmith.fast.model import FastModel
from tunesmith.methods import Adapter, Full, Ia3, Lora, Prefix, Prompt
from tunesmith.methods.base import TrainingMethod
from tunesmith.training.packing import PackedCollator
from tunesmith.training.precision import lift

ROWS, TOKENS = 4, 32
EXACT: list[TrainingMethod] = [Full(), Lora(r=8), Adapter(width=16), Prompt(tokens=4)]


def config(layers: int) -> LlamaConfig:
    return LlamaConfig(
        vocab_size=500,
        hidden_size=64,
        intermediate_size=192,
        num_hidden_layers=layers,
        num_attention_heads=8,
        num_key_value_heads=2,
    )


def kept_bytes(layers: int, method: TrainingMethod, bf16: bool, padded: bool) -> int:
    """Return the bytes of all tensors that autograd keeps, weights and their copies left out."""
    model = AutoModelForCausalLM.from_config(config(layers))
    model = method.apply(model.to(torch.bfloat16 if bf16 else torch.float32), "chat").train()
    lift(model)
    ids = some_ids()
    mask = torch.ones_like(ids)
    if padded:
        mask[0, 20:] = 0
    cast = torch.autocast("cpu", torch.bfloat16) if bf16 else nullcontext()
    with cast:
        return counted(model, lambda: model(input_ids=ids, attention_mask=mask, labels=ids).loss)


def some_ids() -> torch.Tensor:
    return torch.randint(0, 500, (ROWS, TOKENS), generator=torch.Generator().manual_seed(0))


def counted(model: Any, forward: Callable[[], torch.Tensor]) -> int:
    """Return the bytes of all tensors that autograd keeps, weights and their copies left out."""
    seen: dict[int, int] = {}
    weights = {weight.untyped_storage().data_ptr() for weight in model.parameters()}
    shapes = {tuple(weight.shape) for weight in model.parameters() if weight.dim() > 1}
    shapes |= {shape[::-1] for shape in shapes}

    def keep(tensor: Any) -> Any:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights and tuple(tensor.shape) not in shapes:
            seen[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        assert torch.isfinite(forward())
    return sum(seen.values())


def a_layer(method: TrainingMethod, bf16: bool, padded: bool) -> tuple[float, float]:
    """Return what one more layer keeps for a token: counted, and by the formula."""
    more = kept_bytes(3, method, bf16, padded) - kept_bytes(2, method, bf16, padded)
    at_input = method.virtual_tokens if method.kind == "prompt" else 0
    length = TOKENS + method.virtual_tokens
    rank = int(getattr(method, "r", getattr(method, "width", 0)))
    width = Widths(2, 4 if method.kind == "full" else 2) if bf16 else Widths(4, 4)
    masked = length if padded else 0
    formula = layer_bytes(shape_of(config(2)), width, KEEPS.get(method.kind, "flow"), rank, masked)
    return more / (ROWS * (TOKENS + at_input)), formula


@pytest.mark.parametrize("bf16", [False, True])
@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("method", EXACT, ids=lambda method: method.kind)
def test_a_layer_keeps_what_the_formula_says_to_the_byte(
    method: TrainingMethod, padded: bool, bf16: bool
) -> None:
    counted, formula = a_layer(method, bf16, padded)
    assert formula == counted


@pytest.mark.parametrize("bf16", [False, True])
@pytest.mark.parametrize("method", [Ia3(), Prefix(tokens=4)], ids=lambda method: method.kind)
def test_what_is_not_counted_of_the_others_is_small(method: TrainingMethod, bf16: bool) -> None:
    counted, formula = a_layer(method, bf16, padded=True)
    assert formula == pytest.approx(counted, rel=0.02)


def test_checkpointing_keeps_the_inputs_and_one_layer() -> None:
    shape = shape_of(config(3))
    assert checkpointed_bytes(shape, Widths(2, 2), 1000.0) == 3 * 64 * 2 + 1000


def test_the_loss_holds_three_numbers_a_word_in_fp32_or_a_few_logits_at_a_time() -> None:
    shape = shape_of(config(1))
    assert loss_bytes(shape, 10, whole=True) == 10 * 500 * 12
    assert loss_bytes(shape, 10, whole=False) == 10 * (500 * 2 + 64 * 4)
    assert loss_bytes(shape, 10**6, whole=False) == 2**29 + 10**6 * 64 * 4


def test_a_layer_of_the_fast_path_keeps_what_the_formula_says() -> None:
    kept = [fast_kept_bytes(layers) for layers in (2, 3)]
    joined = 2 * 64  # on a CPU attention is row by row, and kept once more when joined
    formula = fast_layer_bytes(shape_of(config(2)), rank=8) + joined
    assert (kept[1] - kept[0]) / (ROWS * TOKENS) == formula


def fast_kept_bytes(layers: int) -> int:
    """Return the bytes that autograd keeps on the fast path."""
    model = AutoModelForCausalLM.from_config(config(layers)).to(torch.bfloat16)
    model = Lora(r=8).apply(model, "chat").train()
    ids = some_ids().tolist()
    batch = PackedCollator()([{"input_ids": row, "labels": row} for row in ids])
    fast = FastModel(model)
    return counted(model, lambda: fast.loss(batch))
