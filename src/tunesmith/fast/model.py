"""The fast path of a whole model: packs in, the summed loss out."""

from typing import Any

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from tunesmith.fast.fits import linears
from tunesmith.fast.group import Group
from tunesmith.fast.layer import Layer, Turn
from tunesmith.fast.loss import FinalNorm, summed_loss
from tunesmith.fast.quantised import QuantisedGroup, Scratch
from tunesmith.fast.spans import Spans

QUANTISED = "Linear4bit"


class FastModel:
    """Computes the loss of a PEFT model with LoRA; its weights are the model's own.

    Attributes:
        checkpointing: keep only the input of each layer for the backward pass, and compute the
            layer twice.
    """

    def __init__(self, model: Any, checkpointing: bool = False) -> None:
        """Take a model of which `why_not` says nothing."""
        causal, adapter = model.get_base_model(), model.active_adapters[0]
        self.checkpointing = checkpointing
        self.body = causal.model
        scratch = Scratch()
        self.layers = [_layer(layer, adapter, causal.config, scratch) for layer in self.body.layers]
        self.dtype = self.layers[0].qkv.down.dtype
        self.eps = causal.config.rms_norm_eps
        self.norm = self.body.norm.weight.data.to(self.dtype)
        self.head = causal.lm_head.weight.data.to(self.dtype)
        self.firsts, self.downs, self.seconds, self.ups, self.factors = _shadows(self.layers)

    def loss(self, batch: dict[str, Any]) -> Tensor:
        """Return the sum of the cross-entropy of the trained tokens, in nats.

        Args:
            batch: of `PackedCollator`.
        """
        self._refresh()
        x = self.body.embed_tokens(batch["input_ids"])[0].to(self.dtype)
        cos, sin = self.body.rotary_emb(x[None], batch["position_ids"])
        turn = Turn(cos[0].contiguous(), sin[0].contiguous())
        spans = Spans(batch["ends"], batch["longest"])
        for layer in self.layers:
            if self.checkpointing and torch.is_grad_enabled():
                x = checkpoint(layer, x, turn, spans, use_reentrant=False)
            else:
                x = layer(x, turn, spans)
        hidden = FinalNorm.apply(x, batch["places"], self.norm, self.eps)
        return summed_loss(hidden, self.head, batch["targets"])

    @torch.no_grad()
    def _refresh(self) -> None:
        """Copy LoRA, which the optimizer changes, to where the products read it."""
        if self.firsts:
            torch._foreach_copy_(self.downs, self.firsts)
            torch._foreach_copy_(self.ups, torch._foreach_mul(self.seconds, self.factors))


def _layer(layer: Any, adapter: str, config: Any, scratch: Scratch) -> Layer:
    """Return one layer with its matrices in groups."""
    named = linears(layer)

    def group(*names: str) -> Group:
        chosen = [named[name] for name in names]
        base = getattr(chosen[0], "base_layer", chosen[0])
        if type(base).__name__ == QUANTISED:
            return QuantisedGroup(chosen, adapter, scratch)
        return Group(chosen, adapter)

    qkv = group("q_proj", "k_proj", "v_proj")
    dtype, attention = qkv.down.dtype, layer.self_attn
    return Layer(
        qkv=qkv,
        o=group("o_proj"),
        gate_up=group("gate_proj", "up_proj"),
        down=group("down_proj"),
        norm=layer.input_layernorm.weight.data.to(dtype),
        second_norm=layer.post_attention_layernorm.weight.data.to(dtype),
        eps=config.rms_norm_eps,
        heads=(config.num_attention_heads, config.num_key_value_heads),
        size=attention.head_dim,
        scale=attention.scaling,
        head_norms=_head_norms(attention, dtype),
    )


def _head_norms(attention: Any, dtype: Any) -> tuple[Tensor, Tensor] | None:
    """Return the norms of queries and keys, of families that have them."""
    if not hasattr(attention, "q_norm"):
        return None
    return attention.q_norm.weight.data.to(dtype), attention.k_norm.weight.data.to(dtype)


def _shadows(layers: list[Layer]) -> tuple[list[Any], ...]:
    """Return what all groups have to copy, in five lists."""
    found: tuple[list[Any], ...] = ([], [], [], [], [])
    for layer in layers:
        for group in layer.groups():
            more: tuple[list[Any], ...] = group.shadows()
            for known, some in zip(found, more, strict=True):
                known.extend(some)
    return found
