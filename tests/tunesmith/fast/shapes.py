"""Tiny models of each family with LoRA that is not zero, and packs for them."""

from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from transformers import (
    AutoModelForCausalLM,
    LlamaConfig,
    MistralConfig,
    Qwen2Config,
    Qwen3Config,
)

CONFIGS = {
    "llama": LlamaConfig,
    "mistral": MistralConfig,
    "qwen2": Qwen2Config,
    "qwen3": Qwen3Config,
}
ALL = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
LENGTHS = (5, 1, 17, 9)


def model(
    family: str = "llama", targets: list[str] | None = None, hidden_size: int = 32, **lora: Any
) -> Any:
    """Return a model with LoRA of different ranks, whose every weight is drawn."""
    torch.manual_seed(3)
    config = CONFIGS[family](
        vocab_size=96,
        hidden_size=hidden_size,
        intermediate_size=hidden_size * 3 // 2,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=hidden_size // 4,
        max_position_embeddings=64,
        tie_word_embeddings=family != "llama",
        sliding_window=None,
    )
    plain = AutoModelForCausalLM.from_config(config, attn_implementation="sdpa")
    for name, weight in plain.named_parameters():
        if name.endswith(("norm.weight", "bias")):
            torch.nn.init.normal_(weight, 1.0, 0.2)
    options = {"r": 4, "lora_alpha": 6, "rank_pattern": {"k_proj": 2, "down_proj": 3}} | lora
    tuned = get_peft_model(plain, LoraConfig(target_modules=targets or ALL, **options))
    for name, weight in tuned.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, 0.0, 0.2)
    return tuned


def rows(seed: int = 0) -> list[dict[str, Any]]:
    """Return encoded rows, of which about half the tokens are trained."""
    drawn = torch.Generator().manual_seed(seed)
    found = []
    for length in LENGTHS:
        ids = torch.randint(0, 96, (length,), generator=drawn).tolist()
        kept = torch.rand(length, generator=drawn).lt(0.5).tolist()
        found.append(
            {
                "input_ids": ids,
                "labels": [i if k else -100 for i, k in zip(ids, kept, strict=True)],
            }
        )
    return found
