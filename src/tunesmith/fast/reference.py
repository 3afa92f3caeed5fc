"""The elementwise parts of a layer in plain PyTorch: for the CPU, and what the kernels must equal.

T tokens of all packed rows, H hidden size, I intermediate size, V vocabulary.
"""

import torch
from torch import Tensor


def rms_norm(x_TH: Tensor, weight_H: Tensor, eps: float, out_TH: Tensor) -> Tensor:
    """Write the normed rows to `out_TH`; return 1 / root mean square of each row in float32.

    Source: https://arxiv.org/abs/1910.07467, rounded where transformers' LlamaRMSNorm rounds.
    """
    values = x_TH.float()
    rstd_T = torch.rsqrt(values.pow(2).mean(-1) + eps)
    out_TH.copy_(weight_H * (values * rstd_T[:, None]).to(x_TH.dtype))
    return rstd_T


def rms_norm_backward(
    dy_TH: Tensor, x_TH: Tensor, weight_H: Tensor, rstd_T: Tensor, rest_TH: Tensor | None = None
) -> Tensor:
    """Return the gradient of the input of `rms_norm`, plus `rest_TH`, the residual's gradient."""
    normed = x_TH.float() * rstd_T[:, None]
    grad = dy_TH.float() * weight_H.float()
    inner = (grad * normed).mean(-1, keepdim=True)
    dx = rstd_T[:, None] * (grad - normed * inner)
    return (dx if rest_TH is None else rest_TH.float() + dx).to(x_TH.dtype)


def rope_(x: Tensor, cos_TD: Tensor, sin_TD: Tensor, heads: int, backward: bool = False) -> None:
    """Turn the first `heads` heads of each row in place; `backward` turns them back.

    Args:
        x: T rows that begin with `heads` heads of D numbers each.
        cos_TD: cosine of the angles, each twice.
        sin_TD: sine, likewise.
        heads: how many heads are turned; what stands behind them stays.
        backward: the other way round.

    Source: https://arxiv.org/abs/2104.09864, halves paired as transformers' Llama does.
    """
    size = cos_TD.shape[1]
    view = x[:, : heads * size].unflatten(1, (heads, size))
    left, right = view.float().chunk(2, -1)
    cos, sin = (one[:, None, : size // 2].float() for one in (cos_TD, sin_TD))
    sin = -sin if backward else sin
    view.copy_(torch.cat([left * cos - right * sin, right * cos + left * sin], -1))


def swiglu(gate_up_T2I: Tensor, out_TI: Tensor) -> None:
    """Write silu(gate) · up, of gate and up side by side (https://arxiv.org/abs/2002.05202)."""
    gate, up = gate_up_T2I.chunk(2, -1)
    out_TI.copy_(torch.nn.functional.silu(gate) * up)


def swiglu_backward(dy_TI: Tensor, gate_up_T2I: Tensor) -> tuple[Tensor, Tensor]:
    """Return the gradient of gate and up side by side, and what `swiglu` had written."""
    gate, up = gate_up_T2I.float().chunk(2, -1)
    sigmoid = torch.sigmoid(gate)
    slope = sigmoid * (1 + gate * (1 - sigmoid))
    outer = dy_TI.float()
    grad = torch.cat([outer * up * slope, outer * gate * sigmoid], -1).to(dy_TI.dtype)
    out = dy_TI.new_empty(dy_TI.shape)
    swiglu(gate_up_T2I, out)
    return grad, out


def cross_entropy_(logits_TV: Tensor, labels_T: Tensor) -> Tensor:
    """Return the loss of each row in nats; `logits_TV` becomes the gradient of its row."""
    logprobs = logits_TV.float().log_softmax(-1)
    loss_T = -logprobs.gather(1, labels_T[:, None])[:, 0]
    grad = logprobs.exp_()
    grad[torch.arange(len(grad), device=grad.device), labels_T] -= 1
    logits_TV.copy_(grad)
    return loss_T
