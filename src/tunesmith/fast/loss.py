"""Cross-entropy of trained tokens without ever holding the logits of all of them.

T trained tokens, H hidden size, V vocabulary.
"""

from typing import Any

import torch
from torch import Tensor

from tunesmith.fast.ops import ops

LOGITS = 2**28  # at a time: half a gigabyte in bf16


def summed_loss(hidden_TH: Tensor, head_VH: Tensor, labels_T: Tensor) -> Tensor:
    """Return the sum over tokens of their cross-entropy, in nats, in float32.

    Args:
        hidden_TH: what predicts each trained token.
        head_VH: frozen; gets no gradient.
        labels_T: the trained tokens.

    Source: gradients made in the forward pass, as in https://arxiv.org/abs/2410.10989.
    """
    total: Tensor = _SummedLoss.apply(hidden_TH, head_VH, labels_T)
    return total


class _SummedLoss(torch.autograd.Function):
    """See `summed_loss`."""

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, head: Tensor, labels: Tensor) -> Tensor:
        """Return the loss; of the gradients only those of the hidden states are kept."""
        rows = max(1, min(LOGITS // len(head), len(hidden)))
        room = hidden.new_empty(rows, len(head))  # for one part after the other
        total = hidden.new_zeros((), dtype=torch.float32)
        grad = torch.empty_like(hidden) if ctx.needs_input_grad[0] else None
        for start in range(0, len(hidden), rows):
            part = hidden[start : start + rows]
            logits = torch.mm(part, head.t(), out=room[: len(part)])
            total += ops(hidden).cross_entropy_(logits, labels[start : start + rows]).sum()
            if grad is not None:
                torch.mm(logits, head, out=grad[start : start + rows])
        ctx.save_for_backward(grad)
        return total

    @staticmethod
    def backward(ctx: Any, outer: Tensor) -> tuple[Any, ...]:
        """Return the gradient of the hidden states."""
        (grad,) = ctx.saved_tensors
        return grad.mul_(outer.to(grad.dtype)), None, None


class FinalNorm(torch.autograd.Function):
    """The last norm, of the tokens that predict a trained one only."""

    @staticmethod
    def forward(ctx: Any, x_AH: Tensor, places_T: Tensor, weight_H: Tensor, eps: float) -> Tensor:
        """Return the normed rows (T, H) at some places of all (A, H)."""
        rows = x_AH[places_T]
        out = torch.empty_like(rows)
        rstd = ops(rows).rms_norm(rows, weight_H, eps, out)
        ctx.save_for_backward(rows, rstd, places_T, weight_H)
        ctx.tokens = len(x_AH)
        return out

    @staticmethod
    def backward(ctx: Any, dy: Tensor) -> tuple[Any, ...]:
        """Return the gradient of all rows."""
        rows, rstd, places, weight = ctx.saved_tensors
        nothing = torch.zeros_like(rows)
        dx = rows.new_zeros(ctx.tokens, rows.shape[1])
        dx[places] = ops(rows).rms_norm_backward(dy.contiguous(), rows, weight, rstd, nothing)
        return dx, None, None, None
