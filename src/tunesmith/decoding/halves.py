"""Weights in the precision of autocast, which else would make them anew for each token."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn


class Halves:
    """Copies of the float32 weights of linear layers, at addresses that do not change.

    Autocast makes the same copies, so that no bit of an answer hangs on them. LoRA's factors are
    small; where all weights are trained in float32, half as much memory is taken again.
    """

    def __init__(self, model: Any) -> None:
        """Copy what is float32, if the model computes under autocast."""
        kind = model.device.type
        half = torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else torch.float32
        self._copies = [
            (layer, name, weight, nn.Parameter(weight.detach().to(half), requires_grad=False))
            for layer in model.modules()
            if type(layer) is nn.Linear
            for name, weight in layer.named_parameters(recurse=False)
            if weight.dtype == torch.float32 != half
        ]

    @contextmanager
    def worn(self) -> Iterator[None]:
        """Let the layers have the copies within the block; their weights are not touched."""
        try:
            for layer, name, _, copy in self._copies:
                layer._parameters[name] = copy
            yield
        finally:
            for layer, name, weight, _ in self._copies:
                layer._parameters[name] = weight
