"""Tiny decoders whose answers wander, prompts of several lengths, and what they are asked."""

from collections.abc import Sequence
from typing import Any

import torch
from peft import IA3Config, LoraConfig
from transformers import AutoConfig, AutoModelForCausalLM

from tunesmith.online.sampling import processors

FAMILIES = ("llama", "mistral", "qwen2", "qwen3", "gpt2", "gpt_neox", "phi3", "olmo2", "granite")
PROMPTS = [[5, 6, 7], [8] * 9, [10, 11], [4] * 5, [12, 30, 41, 7, 8, 9, 22]]
ENDS = (1, 20, 21, 22)
NEW_TOKENS = 40
ADAPTERS = {
    "lora": LoraConfig(r=4, target_modules=["q_proj", "down_proj"], init_lora_weights=False),
    "dora": LoraConfig(r=4, target_modules=["v_proj"], use_dora=True, init_lora_weights=False),
    "ia3": IA3Config(
        target_modules=["k_proj", "down_proj"],
        feedforward_modules=["down_proj"],
        init_ia3_weights=False,
    ),
}


def model(family: str = "llama", **changes: Any) -> Any:
    """Return a decoder whose answers do not repeat one token."""
    torch.manual_seed(0)
    sizes = {
        "vocab_size": 96,
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "max_position_embeddings": 256,
        "pad_token_id": 0,
        "bos_token_id": None,
        "eos_token_id": None,
        "sliding_window": None,
    }
    if family not in ("gpt2", "gpt_neox"):
        sizes["num_key_value_heads"] = 2
    config = AutoConfig.for_model(family, **sizes | changes)
    made = AutoModelForCausalLM.from_config(config).eval()
    for weight in made.parameters():
        weight.data.mul_(4)
    return made


def asked(prompts: Sequence[list[int]] = PROMPTS, **more: Any) -> dict[str, Any]:
    """Return the words for `generate` of transformers."""
    longest = max(map(len, prompts))
    ids_BT = torch.tensor([[0] * (longest - len(p)) + p for p in prompts])
    return {
        "input_ids": ids_BT,
        "attention_mask": ids_BT.ne(0).long(),
        "max_new_tokens": NEW_TOKENS,
        "do_sample": False,
        "num_beams": 1,
        "eos_token_id": list(ENDS),
        "pad_token_id": 0,
        **more,
    }


def noise(count: int, device: str = "cpu") -> list[Any]:
    """Return what makes the likeliest token a sample."""
    made: list[Any] = processors(range(count), 1.0, torch.device(device))(list(range(count)))
    return made
