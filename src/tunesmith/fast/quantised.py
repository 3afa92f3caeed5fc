"""A group whose matrices lie in 4 bits and are unfolded for each product (bitsandbytes, NF4)."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from tunesmith.fast.group import Group, bias_of, low_of


class Scratch:
    """Room for the largest unfolded group, used by one after the other."""

    def __init__(self) -> None:
        self.room: Tensor | None = None

    def view(self, rows: int, columns: int, like: Tensor) -> Tensor:
        """Return (rows, columns) of the room, whatever was in it."""
        size = rows * columns
        if self.room is None or self.room.numel() < size:
            self.room = like.new_empty(size)
        return self.room[:size].view(rows, columns)


class QuantisedGroup(Group):
    """See `Group`; only B and the 4 bits are held."""

    def __init__(self, linears: Sequence[Any], adapter: str, scratch: Scratch) -> None:
        """Keep the layers; nothing is unfolded yet."""
        self.bases = [getattr(linear, "base_layer", linear) for linear in linears]
        self.width = self.bases[0].in_features
        self.low = low_of(linears, self.bases, adapter)
        self.scratch = scratch
        self.rows = sum(base.out_features for base in self.bases)
        ranks = self.low[-1].columns.stop if self.low else 0
        like = torch.empty(0, dtype=self.bases[0].compute_dtype, device=self.bases[0].weight.device)
        self.up = like.new_zeros(self.rows, ranks)
        self.down = like.new_empty(ranks, self.width)
        self.bias = bias_of(self.bases, like)

    @property
    def columns(self) -> int:
        """See `Group`."""
        return self.width + self.up.shape[1]

    def whole(self) -> Tensor:
        """Return [W B], (N, K + R), until another group unfolds."""
        from bitsandbytes.functional import dequantize_4bit

        both = self.scratch.view(self.rows, self.columns, self.down)
        start = 0
        for base in self.bases:
            weight = dequantize_4bit(base.weight.data, base.weight.quant_state)
            both[start : start + base.out_features, : self.width].copy_(weight)
            start += base.out_features
        both[:, self.width :].copy_(self.up)
        return both

    def ups(self) -> Tensor:
        """See `Group`."""
        return self.up
