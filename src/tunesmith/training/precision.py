"""Trained weights in float32: steps of the optimizer are smaller than bf16 can add."""

from typing import Any


def lift(model: Any) -> Any:
    """Turn the trained weights of a model in half precision into float32.

    Products are computed in half precision all the same, under autocast. Returns the dtype that the
    weights had, None if they had float32.
    """
    import torch

    half = [
        weight
        for weight in model.parameters()
        if weight.requires_grad and weight.dtype in (torch.bfloat16, torch.float16)
    ]
    found = half[0].dtype if half else None
    for weight in half:
        weight.data = weight.data.float()
    return found


def lower(model: Any, dtype: Any) -> None:
    """Give the trained weights of a model of its own back the dtype that `lift` returned."""
    for weight in model.parameters() if dtype is not None else ():
        if weight.requires_grad:
            weight.data = weight.data.to(dtype)
