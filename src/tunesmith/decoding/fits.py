"""Says whether a model's answers can be drawn by graphs."""

import inspect
from collections.abc import Iterator
from typing import Any

MASKED = ("eager", "sdpa")  # kinds of attention that take any mask


def transformer_of(model: Any) -> Any:
    """Return the model of transformers that an adapter of PEFT wraps, or the model itself."""
    return getattr(model, "get_base_model", lambda: model)()


def why_not(model: Any, longest: int) -> str | None:
    """Return what keeps a model's answers on transformers' own loop, None if nothing does.

    Args:
        model: of transformers, with or without an adapter of PEFT.
        longest: tokens of a prompt and its answer at most.
    """
    return next(_obstacles(model, longest), None)


def _obstacles(model: Any, longest: int) -> Iterator[str]:
    """Yield what is in the way."""
    if any(c.is_prompt_learning for c in getattr(model, "peft_config", {}).values()):
        yield "virtual tokens stand before the prompt"
    causal = transformer_of(model)
    if causal.config.is_encoder_decoder:
        yield f"{type(causal).__name__} has an encoder"
    if not getattr(causal, "_can_compile_fullgraph", False):
        yield f"{type(causal).__name__} looks at its numbers while it computes"
    wanted = {"position_ids", "past_key_values", "logits_to_keep"}
    if wanted - inspect.signature(causal.forward).parameters.keys():
        yield f"{type(causal).__name__} is not told positions"
    if causal.config._attn_implementation not in MASKED:
        yield f"attention of kind {causal.config._attn_implementation}"
    yield from _of_attention(causal.config.get_text_config(decoder=True), longest)


def _of_attention(config: Any, longest: int) -> Iterator[str]:
    """Yield what is in the way in the layers."""
    kinds = set(getattr(config, "layer_types", None) or ["full_attention"])
    window = getattr(config, "sliding_window", None)
    if getattr(config, "use_sliding_window", True) and window and window < longest:
        yield f"a sliding window of {window} tokens"
    elif kinds - {"full_attention", "sliding_attention"}:
        yield f"layers of {', '.join(sorted(kinds))}"
    kind = (getattr(config, "rope_parameters", None) or {}).get("rope_type")
    if kind in ("dynamic", "longrope"):
        yield f"positions of kind {kind} hang on the longest row"
