"""Sums over the processes that learn together; one process is its own sum."""

from collections.abc import Iterable

import torch
from torch import Tensor

from tunesmith.training.devices.group import Group


class Together:
    """The processes of a phase: each has answers of its own, all have the same weights."""

    def __init__(self, group: Group) -> None:
        self.group = group

    def total(self, one: Tensor) -> Tensor:
        """Return the sum of a tensor over all processes."""
        if self.group.size == 1:
            return one
        import torch.distributed as dist

        summed = one.detach().clone()
        dist.all_reduce(summed)
        return summed

    def share_gradients(self, weights: Iterable[Tensor]) -> None:
        """Give every process the sum of all gradients, in one message."""
        if self.group.size == 1:
            return
        import torch.distributed as dist

        own = [weight.grad for weight in weights if weight.grad is not None]
        flat = torch.cat([gradient.reshape(-1) for gradient in own])
        dist.all_reduce(flat)
        for gradient, new in zip(own, torch.split(flat, [g.numel() for g in own]), strict=True):
            gradient.copy_(new.view_as(gradient))
