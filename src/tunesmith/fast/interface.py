"""Attention within rows for any model of transformers that lets its attention be exchanged."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor

from tunesmith.fast.spans import Spans, attention

NAME = "tunesmith_rows"


def see_rows_only(model: Any) -> None:
    """Let a model's attention stay within the rows of a pack.

    The model must then be called with `row_words` of a batch.
    """
    from transformers import AttentionInterface, AttentionMaskInterface

    AttentionInterface.register(NAME, _attend)
    AttentionMaskInterface.register(NAME, _no_mask)
    model.set_attn_implementation(NAME)


@contextmanager
def whole_attention(model: Any) -> Iterator[None]:
    """Let a model attend to padded batches within the block, such as those that it answers."""
    exchanged = model.config._attn_implementation == NAME
    see_all(model)
    yield
    if exchanged:
        model.set_attn_implementation(NAME)


def see_all(model: Any) -> None:
    """Let a model attend to padded batches for good: undo `see_rows_only`, where that was done."""
    if model.config._attn_implementation == NAME:
        model.set_attn_implementation("sdpa" if model._supports_sdpa else "eager")


def row_words(batch: dict[str, Any]) -> dict[str, Any]:
    """Return where the rows of a packed batch are, in the words that models pass on."""
    ends, longest = batch["ends"], batch["longest"]
    return {
        "cu_seq_lens_q": ends,
        "cu_seq_lens_k": ends,
        "max_length_q": longest,
        "max_length_k": longest,
    }


def _attend(
    _module: Any, query: Tensor, key: Tensor, value: Tensor, _mask: Tensor | None, **words: Any
) -> tuple[Tensor, None]:
    """Return attention (1, T, N, D) of queries (1, N, T, D) to keys and values (1, M, T, D)."""
    same = value.dtype  # under autocast the rotation leaves queries and keys in float32
    q, k, v = (one[0].transpose(0, 1).to(same) for one in (query, key, value))
    scale = words.get("scaling") or q.shape[-1] ** -0.5
    spans = Spans(words["cu_seq_lens_q"], words["max_length_q"])
    return attention(q, k, v, spans, scale)[None], None


def _no_mask(*_: Any, **__: Any) -> None:
    """Make no mask: the rows say what is seen."""
