"""The elementwise parts of a layer as Triton kernels; `reference.py` says what they compute."""

from typing import Any

import torch
import triton
import triton.language as tl
from torch import Tensor

ROW_WARPS = 8
COLUMNS = 2048  # of the intermediate size, one program
CLASSES = 8192  # of the vocabulary that the loss looks at in one go


@triton.jit
def _rms_norm(x, weight, y, rstd, eps, n, y_stride, BLOCK: tl.constexpr):  # type: ignore[no-untyped-def]
    row = tl.program_id(0).to(tl.int64)
    cols = tl.arange(0, BLOCK)
    inside = cols < n
    values = tl.load(x + row * n + cols, mask=inside, other=0.0).to(tl.float32)
    scale = tl.rsqrt(tl.sum(values * values, 0) / n + eps)
    tl.store(rstd + row, scale)
    normed = (values * scale).to(y.dtype.element_ty)
    factor = tl.load(weight + cols, mask=inside)
    tl.store(y + row * y_stride + cols, (normed * factor).to(y.dtype.element_ty), mask=inside)


@triton.jit
def _rms_norm_backward(  # type: ignore[no-untyped-def]
    dy, x, weight, rstd, rest, dx, n, dy_stride, HAS_REST: tl.constexpr, BLOCK: tl.constexpr
):
    row = tl.program_id(0).to(tl.int64)
    cols = tl.arange(0, BLOCK)
    inside = cols < n
    place = row * n + cols
    scale = tl.load(rstd + row)
    normed = tl.load(x + place, mask=inside, other=0.0).to(tl.float32) * scale
    factor = tl.load(weight + cols, mask=inside, other=0.0).to(tl.float32)
    grad = tl.load(dy + row * dy_stride + cols, mask=inside, other=0.0).to(tl.float32) * factor
    inner = tl.sum(grad * normed, 0) / n
    total = scale * (grad - normed * inner)
    if HAS_REST:
        total += tl.load(rest + place, mask=inside, other=0.0).to(tl.float32)
    tl.store(dx + place, total.to(dx.dtype.element_ty), mask=inside)


@triton.jit
def _rope(  # type: ignore[no-untyped-def]
    x,
    cos,
    sin,
    x_stride,
    sign,
    HEADS: tl.constexpr,
    HALF: tl.constexpr,
    HEAD_BLOCK: tl.constexpr,
    HALF_BLOCK: tl.constexpr,
):
    row = tl.program_id(0).to(tl.int64)
    heads = tl.arange(0, HEAD_BLOCK)[:, None]
    cols = tl.arange(0, HALF_BLOCK)[None, :]
    inside = (heads < HEADS) & (cols < HALF)
    first = x + row * x_stride + heads * (2 * HALF) + cols
    angle = row * (2 * HALF) + cols
    c = tl.load(cos + angle, mask=cols < HALF).to(tl.float32)
    s = tl.load(sin + angle, mask=cols < HALF).to(tl.float32) * sign
    left = tl.load(first, mask=inside).to(tl.float32)
    right = tl.load(first + HALF, mask=inside).to(tl.float32)
    tl.store(first, (left * c - right * s).to(x.dtype.element_ty), mask=inside)
    tl.store(first + HALF, (right * c + left * s).to(x.dtype.element_ty), mask=inside)


@triton.jit
def _swiglu(gate_up, y, n, y_stride, BLOCK: tl.constexpr):  # type: ignore[no-untyped-def]
    row = tl.program_id(0).to(tl.int64)
    cols = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    inside = cols < n
    kind = y.dtype.element_ty
    gate = tl.load(gate_up + row * 2 * n + cols, mask=inside).to(tl.float32)
    up = tl.load(gate_up + row * 2 * n + n + cols, mask=inside).to(tl.float32)
    silu = (gate * tl.sigmoid(gate)).to(kind).to(tl.float32)
    tl.store(y + row * y_stride + cols, (silu * up).to(kind), mask=inside)


@triton.jit
def _swiglu_backward(dy, gate_up, grad, y, n, dy_stride, BLOCK: tl.constexpr):  # type: ignore[no-untyped-def]
    row = tl.program_id(0).to(tl.int64)
    cols = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    inside = cols < n
    gate = tl.load(gate_up + row * 2 * n + cols, mask=inside).to(tl.float32)
    up = tl.load(gate_up + row * 2 * n + n + cols, mask=inside).to(tl.float32)
    outer = tl.load(dy + row * dy_stride + cols, mask=inside).to(tl.float32)
    kind = y.dtype.element_ty
    sigmoid = tl.sigmoid(gate)
    silu = gate * sigmoid
    slope = sigmoid * (1.0 + gate * (1.0 - sigmoid))
    tl.store(y + row * n + cols, (silu.to(kind).to(tl.float32) * up).to(kind), mask=inside)
    tl.store(grad + row * 2 * n + cols, (outer * up * slope).to(kind), mask=inside)
    tl.store(grad + row * 2 * n + n + cols, (outer * silu).to(kind), mask=inside)


@triton.jit
def _cross_entropy(logits, labels, loss, n, BLOCK: tl.constexpr):  # type: ignore[no-untyped-def]
    row = tl.program_id(0).to(tl.int64)
    start = logits + row * n
    label = tl.load(labels + row)
    own = tl.load(start + label).to(tl.float32)
    highest = -float("inf")
    total = 0.0
    for block in range(0, n, BLOCK):
        cols = block + tl.arange(0, BLOCK)
        values = tl.load(start + cols, mask=cols < n, other=-float("inf")).to(tl.float32)
        higher = tl.maximum(highest, tl.max(values, 0))
        total = total * tl.exp(highest - higher) + tl.sum(tl.exp(values - higher), 0)
        highest = higher
    norm = highest + tl.log(total)
    tl.store(loss + row, norm - own)
    tl.debug_barrier()  # all have read the label's logit before it is written over
    for block in range(0, n, BLOCK):
        cols = block + tl.arange(0, BLOCK)
        values = tl.load(start + cols, mask=cols < n, other=-float("inf")).to(tl.float32)
        grad = tl.exp(values - norm) - tl.where(cols == label, 1.0, 0.0)
        tl.store(start + cols, grad.to(logits.dtype.element_ty), mask=cols < n)


def rms_norm(x: Tensor, weight: Tensor, eps: float, out: Tensor) -> Tensor:
    """See `reference.rms_norm`."""
    rows, n = x.shape
    rstd = torch.empty(rows, device=x.device, dtype=torch.float32)
    _rms_norm[(rows,)](x, weight, out, rstd, eps, n, out.stride(0), **_whole(n))
    return rstd


def rms_norm_backward(
    dy: Tensor, x: Tensor, weight: Tensor, rstd: Tensor, rest: Tensor | None = None
) -> Tensor:
    """See `reference.rms_norm_backward`."""
    rows, n = x.shape
    dx = torch.empty_like(x)
    beside = x if rest is None else rest.contiguous()
    args = (dy, x, weight, rstd, beside, dx, n, dy.stride(0))
    _rms_norm_backward[(rows,)](*args, HAS_REST=rest is not None, **_whole(n))
    return dx


def rope_(x: Tensor, cos: Tensor, sin: Tensor, heads: int, backward: bool = False) -> None:
    """See `reference.rope_`."""
    half = cos.shape[1] // 2
    sizes = {"HEADS": heads, "HALF": half, "HEAD_BLOCK": triton.next_power_of_2(heads)}
    block = triton.next_power_of_2(half)
    sign = -1.0 if backward else 1.0
    _rope[(len(x),)](x, cos, sin, x.stride(0), sign, HALF_BLOCK=block, num_warps=4, **sizes)


def swiglu(gate_up: Tensor, out: Tensor) -> None:
    """See `reference.swiglu`."""
    n = gate_up.shape[1] // 2
    grid = (len(gate_up), triton.cdiv(n, COLUMNS))
    _swiglu[grid](gate_up, out, n, out.stride(0), BLOCK=COLUMNS, num_warps=4)


def swiglu_backward(dy: Tensor, gate_up: Tensor) -> tuple[Tensor, Tensor]:
    """See `reference.swiglu_backward`."""
    rows, n = dy.shape
    grad, y = torch.empty_like(gate_up), dy.new_empty(rows, n)
    grid = (rows, triton.cdiv(n, COLUMNS))
    _swiglu_backward[grid](dy, gate_up, grad, y, n, dy.stride(0), BLOCK=COLUMNS, num_warps=4)
    return grad, y


def cross_entropy_(logits: Tensor, labels: Tensor) -> Tensor:
    """See `reference.cross_entropy_`."""
    rows, n = logits.shape
    loss = torch.empty(rows, device=logits.device, dtype=torch.float32)
    block = min(CLASSES, triton.next_power_of_2(n))
    _cross_entropy[(rows,)](logits, labels, loss, n, BLOCK=block, num_warps=16)
    return loss


def _whole(n: int) -> dict[str, Any]:
    """Return how a kernel that holds a whole row is launched."""
    block = triton.next_power_of_2(n)
    return {"BLOCK": block, "num_warps": ROW_WARPS if block > 512 else 1}
