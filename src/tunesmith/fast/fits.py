"""Says whether a model can take the fast path; what it has beyond LoRA and Llama's layer cannot."""

from collections.abc import Iterator
from typing import Any

import torch

FAMILIES = frozenset({"llama", "mistral", "qwen2", "qwen3"})
PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


def why_not(model: Any, longest: int) -> str | None:
    """Return what keeps a model on the plain path, None if nothing does.

    Args:
        model: a PEFT model, or any other.
        longest: tokens of the longest row.
    """
    return next(_obstacles(model, longest), None)


def linears(layer: Any) -> dict[str, Any]:
    """Return the linear layers of one layer of the model by name, with the LoRA around them."""
    parts = {**dict(layer.self_attn.named_children()), **dict(layer.mlp.named_children())}
    return {name: parts[name] for name in PROJECTIONS}


def _obstacles(model: Any, longest: int) -> Iterator[str]:
    """Yield what is in the way."""
    from peft import PeftModel
    from peft.tuners.lora import LoraModel

    if not isinstance(model, PeftModel) or not isinstance(model.base_model, LoraModel):
        yield "the method is not LoRA"
        return
    causal = model.get_base_model()
    config = causal.config
    if config.model_type not in FAMILIES or not hasattr(causal, "lm_head"):
        yield f"{config.model_type} {type(causal).__name__}: only {', '.join(sorted(FAMILIES))}"
        return
    if config.hidden_act != "silu":
        yield f"activation {config.hidden_act}"
    if _window(config) < longest:
        yield f"a sliding window of {_window(config)} tokens"
    if len(model.active_adapters) != 1:
        yield "several adapters at once"
    yield from _of_layers(model, causal)


def _of_layers(model: Any, causal: Any) -> Iterator[str]:
    """Yield what is in the way in the layers."""
    found: set[int] = set()
    kinds = set()
    for layer in causal.model.layers:
        named = linears(layer)
        for name, linear in named.items():
            base = getattr(linear, "base_layer", linear)
            kinds.add((type(base).__name__, base.weight.dtype))
            if name in ("o_proj", "down_proj") and base.bias is not None:
                yield f"{name} has a bias"
            if linear is not base:
                adapter = model.active_adapters[0]
                yield from _of_lora(linear, adapter)
                pair = [side[adapter] for side in (linear.lora_A, linear.lora_B) if adapter in side]
                found.update(id(factor.weight) for factor in pair)
    if len(kinds) > 1:
        yield "layers of several kinds"
    if model.device.type == "cuda" and ("Linear", torch.float32) in kinds:
        yield "weights in float32, for which FlashAttention has no kernel"
    if any(weight.requires_grad and id(weight) not in found for weight in model.parameters()):
        yield "other weights than LoRA's are trained"


def _of_lora(linear: Any, adapter: str) -> Iterator[str]:
    """Yield what is in the way in one LoRA."""
    if linear.merged:
        yield "the adapter is merged"
    if getattr(linear, "fan_in_fan_out", False):
        yield "weights are transposed"
    if adapter in getattr(linear, "lora_variant", {}) or any(linear.use_dora.values()):
        yield "a variant of LoRA"
    if adapter in linear.lora_B and linear.lora_B[adapter].bias is not None:
        yield "LoRA has a bias"
    if adapter in linear.lora_dropout and getattr(linear.lora_dropout[adapter], "p", False):
        yield "LoRA has dropout"


def _window(config: Any) -> float:
    """Return how far attention sees, in tokens."""
    window = getattr(config, "sliding_window", None)
    if not window or not getattr(config, "use_sliding_window", True):
        return float("inf")
    return float(window)
