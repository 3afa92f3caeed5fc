"""Frozen matrices that read the same input, held as one, with their LoRA in further columns.

T tokens, K inputs, N outputs of all matrices, R ranks of all matrices. With W the matrices under
one another, A the LoRA's first factors under one another and B the second, block by block and
times alpha / r, the output is W x + B A x = [W B] [x; A x]: one product over K + R instead of one
for each matrix and two for each LoRA, and its gradient gives those of x and of A x at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor


@dataclass(frozen=True)
class Low:
    """The LoRA of one matrix: its rows among the N and its columns among the R."""

    rows: slice
    columns: slice
    scaling: float
    first: torch.nn.Parameter  # (r, K)
    second: torch.nn.Parameter  # (rows, r)


class Group:
    """Matrices of one input.

    Attributes:
        width: K.
        low: their LoRA, in order; empty if none has one.
        down: A, (R, K), in the dtype of the matrices.
        bias: (N) or None.
    """

    def __init__(self, linears: Sequence[Any], adapter: str) -> None:
        """Take over plain linear layers, or PEFT's LoRA layers around them.

        The weights of the layers become views of one tensor, so that they take no memory twice.
        """
        bases = [getattr(linear, "base_layer", linear) for linear in linears]
        self.width = bases[0].in_features
        self.low = low_of(linears, bases, adapter)
        ranks = self.low[-1].columns.stop if self.low else 0
        first = bases[0].weight
        rows = sum(base.out_features for base in bases)
        self.weight = first.new_zeros(rows, self.width + ranks)
        self.down = first.new_empty(ranks, self.width)
        start = 0
        for base in bases:
            view = self.weight[start : start + base.out_features, : self.width]
            view.copy_(base.weight.data)
            base.weight.data = view
            start += base.out_features
        self.bias = bias_of(bases, first)

    @property
    def columns(self) -> int:
        """K + R."""
        return self.weight.shape[1]

    def shadows(self) -> tuple[list[Tensor], list[Tensor], list[Tensor], list[Tensor], list[float]]:
        """Return A's, their copies, B's, their copies, and what B's are multiplied by."""
        return (
            [low.first for low in self.low],
            [self.down[low.columns] for low in self.low],
            [low.second for low in self.low],
            [self.ups()[low.rows, low.columns] for low in self.low],
            [low.scaling for low in self.low],
        )

    def input(self, tokens: int, like: Tensor) -> Tensor:
        """Return (T, K + R), whose first K columns are to be written before `forward`."""
        return like.new_empty(tokens, self.columns)

    def forward(self, x_TS: Tensor, plus_TN: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return the outputs (T, N), plus `plus_TN` if given, and A x (T, R), for `gradients`."""
        x, mid = x_TS[:, : self.width], x_TS[:, self.width :]
        if self.low:
            torch.mm(x, self.down.t(), out=mid)
        weight = self.whole()
        added = self.bias if plus_TN is None else plus_TN
        if added is None:
            return torch.mm(x_TS, weight.t()), mid.contiguous()
        return torch.addmm(added, x_TS, weight.t()), mid.contiguous()

    def backward(self, dy_TN: Tensor, wants_input: bool = True) -> tuple[Tensor | None, Tensor]:
        """Return the gradients of x (T, K), if wanted, and of A x (T, R); views of one tensor."""
        if not wants_input:
            return None, torch.mm(dy_TN, self.ups())
        both = torch.mm(dy_TN, self.whole())
        dx, d_mid = both[:, : self.width], both[:, self.width :]
        if self.low:
            dx.addmm_(d_mid, self.down)
        return dx, d_mid

    def gradients(
        self, dy_TN: Tensor, x_TK: Tensor, mid_TR: Tensor, d_mid_TR: Tensor
    ) -> list[Tensor]:
        """Return the gradients of A and B of each LoRA, in order."""
        if not self.low:
            return []
        first, second = torch.mm(d_mid_TR.t(), x_TK), torch.mm(dy_TN.t(), mid_TR)
        found = []
        for low in self.low:
            found.append(first[low.columns].to(low.first.dtype))
            found.append(second[low.rows, low.columns].to(low.second.dtype) * low.scaling)
        return found

    def parameters(self) -> list[torch.nn.Parameter]:
        """Return A and B of each LoRA, in the order of `gradients`."""
        return [weight for low in self.low for weight in (low.first, low.second)]

    def whole(self) -> Tensor:
        """Return [W B], (N, K + R)."""
        return self.weight

    def ups(self) -> Tensor:
        """Return B, (N, R)."""
        return self.weight[:, self.width :]


def low_of(linears: Sequence[Any], bases: Sequence[Any], adapter: str) -> list[Low]:
    """Return the LoRA of those layers that have one."""
    found: list[Low] = []
    row = column = 0
    for linear, base in zip(linears, bases, strict=True):
        if linear is not base and adapter in linear.lora_A:
            first, second = linear.lora_A[adapter].weight, linear.lora_B[adapter].weight
            rows, columns = slice(row, row + base.out_features), slice(column, column + len(first))
            found.append(Low(rows, columns, linear.scaling[adapter], first, second))
            column += len(first)
        row += base.out_features
    return found


def bias_of(bases: Sequence[Any], like: Tensor) -> Tensor | None:
    """Return the biases of layers under one another, zeros for those without, None for none."""
    if all(base.bias is None for base in bases):
        return None
    nothing = [like.new_zeros(base.out_features) for base in bases]
    pairs = zip(bases, nothing, strict=True)
    return torch.cat([zero if b.bias is None else b.bias.data.to(like.dtype) for b, zero in pairs])
