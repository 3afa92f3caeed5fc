"""What a layer keeps for the backward pass, against what autograd really keeps on a tiny Llama."""

from contextlib import nullcontext
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, LlamaConfig

from tunesmith.advice.activations import Widths, checkpointed_bytes, layer_bytes, loss_bytes
from tunesmith.advice.plan import KEEPS
from tunesmith.advice.shape import shape_of
from tunesmith.methods import Adapter, Full, Ia3, Lora, Prefix, Prompt
from tunesmith.methods.base import TrainingMethod

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
    seen: dict[int, int] = {}
    weights = {weight.untyped_storage().data_ptr() for weight in model.parameters()}
    shapes = {tuple(weight.shape) for weight in model.parameters() if weight.dim() > 1}
    shapes |= {shape[::-1] for shape in shapes}

    def keep(tensor: Any) -> Any:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights and tuple(tensor.shape) not in shapes:
            seen[storage.data_ptr()] = storage.nbytes()
        return tensor

    ids = torch.randint(0, 500, (ROWS, TOKENS), generator=torch.Generator().manual_seed(0))
    mask = torch.ones_like(ids)
    if padded:
        mask[0, 20:] = 0
    cast = torch.autocast("cpu", torch.bfloat16) if bf16 else nullcontext()
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor), cast:
        out = model(input_ids=ids, attention_mask=mask, labels=ids)
    assert out.loss is not None
    return sum(seen.values())


def a_layer(method: TrainingMethod, bf16: bool, padded: bool) -> tuple[float, float]:
    """Return what one more layer keeps for a token: counted, and by the formula."""
    more = kept_bytes(3, method, bf16, padded) - kept_bytes(2, method, bf16, padded)
    at_input = method.virtual_tokens if method.kind == "prompt" else 0
    length = TOKENS + method.virtual_tokens
    rank = int(getattr(method, "r", getattr(method, "width", 0)))
    width = Widths(2, 2) if bf16 else Widths(4, 4)
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


def test_the_loss_holds_three_numbers_a_word_in_fp32() -> None:
    assert loss_bytes(shape_of(config(1))) == 500 * 12
