"""One layer of a Llama-shaped model and its gradients, written out around attention.

T tokens, H hidden size, N query heads, M key heads, D numbers a head, I intermediate size. What is
cheap to make again (normed rows, the output of SwiGLU) is not kept for the backward pass.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from tunesmith.fast.group import Group
from tunesmith.fast.ops import ops
from tunesmith.fast.spans import Spans, attention


@dataclass(frozen=True)
class Turn:
    """Rotary angles of each token: cosine and sine, (T, D)."""

    cos: Tensor
    sin: Tensor


@dataclass(frozen=True)
class Layer:
    """Weights of one layer; `heads` are N and M, `size` is D.

    `head_norms` are those of queries and keys, (D), in families that norm each head by itself.
    """

    qkv: Group
    o: Group
    gate_up: Group
    down: Group
    norm: Tensor
    second_norm: Tensor
    eps: float
    heads: tuple[int, int]
    size: int
    scale: float
    head_norms: tuple[Tensor, Tensor] | None = None

    def __call__(self, x_TH: Tensor, turn: Turn, spans: Spans) -> Tensor:
        """Return the output of the layer (T, H)."""
        params = self.qkv.parameters()
        q, k, v, x = _BeforeAttention.apply(x_TH, self, turn, *params)
        seen = attention(q, k, v, spans, self.scale).flatten(1)
        params = [*self.o.parameters(), *self.gate_up.parameters(), *self.down.parameters()]
        out: Tensor = _AfterAttention.apply(seen, x, self, *params)
        return out

    def groups(self) -> tuple[Group, Group, Group, Group]:
        """Return all matrices."""
        return self.qkv, self.o, self.gate_up, self.down


class _BeforeAttention(torch.autograd.Function):
    """Norm, the three projections and the rotation; passes x on, to add its gradients at once."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, layer: Layer, turn: Turn, *_: Tensor) -> tuple[Tensor, ...]:
        """Return q (T, N, D), k and v (T, M, D), and x."""
        normed = layer.qkv.input(len(x), x)
        rstd = ops(x).rms_norm(x, layer.norm, layer.eps, normed[:, : layer.qkv.width])
        qkv, mid = layer.qkv.forward(normed)
        queries, keys = (count * layer.size for count in layer.heads)
        parts, kept = _head_normed(qkv.split((queries, keys, keys), 1), layer)
        _turn(parts if kept else [qkv], layer, turn, backward=False)
        ctx.save_for_backward(x, rstd, mid, *kept)
        ctx.layer, ctx.turn = layer, turn
        return *(part.unflatten(1, (-1, layer.size)) for part in parts), x.view_as(x)

    @staticmethod
    def backward(ctx: Any, dq: Tensor, dk: Tensor, dv: Tensor, dx: Tensor) -> tuple[Any, ...]:
        """Return the gradient of x and those of LoRA."""
        x, rstd, mid, *kept = ctx.saved_tensors
        layer = ctx.layer
        d_qkv = torch.cat([dq.flatten(1), dk.flatten(1), dv.flatten(1)], 1)
        _turn([d_qkv], layer, ctx.turn, backward=True)
        _head_normed_backward(d_qkv, layer, kept)
        d_normed, d_mid = layer.qkv.backward(d_qkv, ctx.needs_input_grad[0])
        normed = _normed(x, layer.norm, layer.eps)
        grads = layer.qkv.gradients(d_qkv, normed, mid, d_mid)
        if d_normed is not None:
            dx = ops(x).rms_norm_backward(d_normed, x, layer.norm, rstd, dx)
        return (dx if d_normed is not None else None), None, None, *grads


class _AfterAttention(torch.autograd.Function):
    """Output projection, residual, norm, SwiGLU and residual."""

    @staticmethod
    def forward(ctx: Any, seen: Tensor, x: Tensor, layer: Layer, *_: Tensor) -> Tensor:
        """Return the output of the layer from what attention saw (T, N · D) and x (T, H)."""
        tokens = len(x)
        wide = layer.o.input(tokens, x)
        wide[:, : layer.o.width].copy_(seen)
        x, o_mid = layer.o.forward(wide, x)
        normed = layer.gate_up.input(tokens, x)
        norm = normed[:, : layer.gate_up.width]
        rstd = ops(x).rms_norm(x, layer.second_norm, layer.eps, norm)
        gate_up, gate_up_mid = layer.gate_up.forward(normed)
        inner = layer.down.input(tokens, x)
        ops(x).swiglu(gate_up, inner[:, : layer.down.width])
        out, down_mid = layer.down.forward(inner, x)
        ctx.save_for_backward(seen, x, rstd, gate_up, o_mid, gate_up_mid, down_mid)
        ctx.layer = layer
        return out

    @staticmethod
    def backward(ctx: Any, d_out: Tensor) -> tuple[Any, ...]:
        """Return the gradients of what attention saw, of x and of LoRA."""
        seen, x, rstd, gate_up, o_mid, gate_up_mid, down_mid = ctx.saved_tensors
        layer = ctx.layer
        d_out = d_out.contiguous()
        d_inner, d_mid = layer.down.backward(d_out)
        d_gate_up, inner = ops(x).swiglu_backward(d_inner, gate_up)
        down = layer.down.gradients(d_out, inner, down_mid, d_mid)
        d_normed, d_mid = layer.gate_up.backward(d_gate_up)
        normed = _normed(x, layer.second_norm, layer.eps)
        both = layer.gate_up.gradients(d_gate_up, normed, gate_up_mid, d_mid)
        dx = ops(x).rms_norm_backward(d_normed, x, layer.second_norm, rstd, d_out)
        d_seen, d_mid = layer.o.backward(dx)
        grads = layer.o.gradients(dx, seen, o_mid, d_mid)
        return d_seen.contiguous(), dx, None, *grads, *both, *down


def _normed(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    """Return the normed rows once more."""
    out = torch.empty_like(x)
    ops(x).rms_norm(x, weight, eps, out)
    return out


def _turn(parts: Sequence[Tensor], layer: Layer, turn: Turn, backward: bool) -> None:
    """Rotate queries and keys in place: in one tensor (T, (N + 2 M) D), or each in its own."""
    heads = (sum(layer.heads),) if len(parts) == 1 else layer.heads
    for part, count in zip(parts, heads, strict=False):  # values are not turned
        ops(part).rope_(part, turn.cos, turn.sin, count, backward)


def _head_normed(parts: Sequence[Tensor], layer: Layer) -> tuple[list[Tensor], list[Tensor]]:
    """Return q, k and v with q and k normed by head, and what the way back needs; if they are."""
    if layer.head_norms is None:
        return list(parts), []
    out, kept = [], []
    for part, weight in zip(parts, layer.head_norms, strict=False):
        heads = part.reshape(-1, layer.size)
        normed = torch.empty_like(heads)
        rstd = ops(heads).rms_norm(heads, weight, layer.eps, normed)
        out.append(normed.view(len(part), -1))
        kept += [heads, rstd]
    return [*out, parts[2]], kept


def _head_normed_backward(d_qkv: Tensor, layer: Layer, kept: Sequence[Tensor]) -> None:
    """Turn the gradients of normed q and k into those of q and k, in place."""
    start = 0
    for weight, place in zip(layer.head_norms or (), range(0, len(kept), 2), strict=True):
        heads, rstd = kept[place : place + 2]
        part = d_qkv[:, start : start + heads.numel() // len(d_qkv)]
        grad = ops(heads).rms_norm_backward(part.reshape(-1, layer.size), heads, weight, rstd)
        part.copy_(grad.view_as(part))
        start += part.shape[1]
