"""Whitening: numbers of a step brought to mean 0 and variance 1, over all processes."""

from collections.abc import Callable

import torch
from torch import Tensor

Total = Callable[[Tensor], Tensor]  # the sum over all processes
EPSILON = 1e-8  # below the square root


def alone(one: Tensor) -> Tensor:
    """Return the sum over the one process that there is."""
    return one


def whitened(
    values_BT: Tensor, mask_BT: Tensor, keep_mean: bool = False, total: Total = alone
) -> Tensor:
    """Return values with mean 0 and variance 1 where the mask is True, 0 elsewhere.

    The variance is that of a sample (n - 1). A single value has none and is only shifted.

    Args:
        values_BT: any numbers.
        mask_BT: which of them count.
        keep_mean: scale only; of rewards the sign means something.
        total: sums over processes.
    """
    count = total(mask_BT.sum()).clamp(min=1)
    mean = total((values_BT * mask_BT).sum()) / count
    squares = total(((values_BT - mean) ** 2 * mask_BT).sum())
    scale = torch.rsqrt(squares / (count - 1) + EPSILON) if count > 1 else 1.0
    return ((values_BT - mean) * scale + (mean if keep_mean else 0.0)) * mask_BT
