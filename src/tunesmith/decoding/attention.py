"""Attention of one token: query heads that share keys stand as queries, so no key is copied."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

NAME = "tunesmith_token"


@contextmanager
def sharing_keys(model: Any) -> Iterator[None]:
    """Let a model of transformers attend so within the block, where it attends by SDPA."""
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.masking_utils import sdpa_mask

    if model.config._attn_implementation != "sdpa":
        yield
        return
    AttentionInterface.register(NAME, _attend)
    AttentionMaskInterface.register(NAME, sdpa_mask)
    model.set_attn_implementation(NAME)
    try:
        yield
    finally:
        model.set_attn_implementation("sdpa")


def _attend(
    module: Any, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, **words: Any
) -> tuple[Tensor, None]:
    """Return attention (B, T, N, D) of queries (B, N, T, D) to keys and values (B, M, L, D)."""
    from transformers import AttentionInterface

    other = any(words.get(name) is not None for name in ("softcap", "position_bias"))
    if other or query.shape[2] > 1 or mask is None or mask.shape[1] > 1:
        plain: tuple[Tensor, None] = AttentionInterface()["sdpa"](
            module, query, key, value, mask, **words
        )
        return plain
    batch, heads, _, size = query.shape
    grouped = query.reshape(batch, key.shape[1], -1, size).to(key.dtype)
    seen = scaled_dot_product_attention(
        grouped, key, value, attn_mask=mask, scale=words.get("scaling")
    )
    return seen.reshape(batch, 1, heads, -1), None
