"""Attention within each of the rows that stand one behind the other in a pack."""

import inspect
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

CAUSAL = (-1, 0)  # tokens that a token sees before and behind itself; -1: all


@dataclass(frozen=True)
class Spans:
    """Where the rows of a pack begin and end.

    Attributes:
        ends: int32, 0 and then the end of each row, in tokens.
        longest: tokens of the longest row.
    """

    ends: Tensor
    longest: int


def attention(q_TND: Tensor, k_TMD: Tensor, v_TMD: Tensor, spans: Spans, scale: float) -> Tensor:
    """Return causal attention (T, N, D) of every row to itself.

    Args:
        q_TND: T tokens, N heads, D numbers a head.
        k_TMD: M heads, of which each serves N / M heads of `q_TND`.
        v_TMD: likewise.
        spans: the rows.
        scale: of the products before the softmax.
    """
    if q_TND.is_cuda:
        return _varlen(q_TND, k_TMD, v_TMD, spans, scale)
    return _row_by_row(q_TND, k_TMD, v_TMD, spans, scale)


def _varlen(q: Tensor, k: Tensor, v: Tensor, spans: Spans, scale: float) -> Tensor:
    """Return what FlashAttention says, as it comes with PyTorch."""
    from torch.nn.attention.varlen import varlen_attn

    ends, longest = spans.ends, spans.longest
    words = _causal(q.shape[1] != k.shape[1])
    return varlen_attn(q, k, v, ends, ends, longest, longest, scale=scale, **words)  # type: ignore[return-value]


@lru_cache
def _causal(grouped: bool) -> dict[str, Any]:
    """Return causal attention in the words of this PyTorch, which has changed them."""
    from torch.nn.attention.varlen import varlen_attn

    known = inspect.signature(varlen_attn).parameters
    words: dict[str, Any] = (
        {"window_size": CAUSAL} if "window_size" in known else {"is_causal": True}
    )
    return {**words, "enable_gqa": True} if grouped and "enable_gqa" in known else words


def _row_by_row(q: Tensor, k: Tensor, v: Tensor, spans: Spans, scale: float) -> Tensor:
    """Return attention of one row after the other."""
    ends = spans.ends.tolist()
    parts = []
    for start, end in pairwise(ends):
        queries, keys, values = (one[start:end].transpose(0, 1)[None] for one in (q, k, v))
        seen = torch.nn.functional.scaled_dot_product_attention(
            queries, keys, values, is_causal=True, scale=scale, enable_gqa=True
        )
        parts.append(seen[0].transpose(0, 1))
    return torch.cat(parts)
