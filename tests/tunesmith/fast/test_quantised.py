"""Matrices in 4 bits give the loss and gradients of PEFT on the same 4 bits."""

from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM

from tests.tunesmith.fast.shapes import ALL
from tests.tunesmith.fast.test_model import assert_same

bitsandbytes = pytest.importorskip("bitsandbytes")


def quantised() -> Any:
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=96,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
    )
    model = LlamaForCausalLM(config)
    for parent in list(model.model.modules()):
        for name, layer in list(parent.named_children()):
            if type(layer) is torch.nn.Linear:
                small = bitsandbytes.nn.Linear4bit(
                    layer.in_features,
                    layer.out_features,
                    bias=False,
                    compute_dtype=torch.float32,
                    quant_type="nf4",
                )
                small.weight = bitsandbytes.nn.Params4bit(
                    layer.weight.data, requires_grad=False, quant_type="nf4"
                ).to("cpu")
                setattr(parent, name, small)
    model.is_loaded_in_4bit = True
    tuned = get_peft_model(model, LoraConfig(r=4, target_modules=ALL))
    for name, weight in tuned.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, 0.0, 0.2)
    return tuned


@pytest.mark.parametrize("checkpointing", [False, True])
def test_loss_and_gradients_are_those_of_the_plain_path(checkpointing: bool) -> None:
    assert_same(quantised(), checkpointing, 1e-4)
