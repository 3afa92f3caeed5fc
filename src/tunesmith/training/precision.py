"""In which numbers this machine computes, and in which it keeps what it trains.

It computes in bf16, in fp16 with scaled gradients, or in fp32. Trained weights are kept in fp32:
steps of the optimizer are smaller than bf16 can add.
"""

from contextlib import AbstractContextManager, nullcontext
from typing import Any, Literal

Precision = Literal["bf16", "fp16", "fp32"]
HALVES_WELL = (7, 0)  # compute capability from which fp16 is faster than fp32


def precision() -> Precision:
    """Return bf16 where the GPU computes in it, else fp16 where that is fast, else fp32.

    With fp16 the weights stay fp32 and the gradients are scaled, since the smallest would be zero;
    torch counts bf16 as supported where it is only imitated, which is slower than either.
    """
    import torch

    if not torch.cuda.is_available():
        return "fp32"
    if torch.cuda.is_bf16_supported(including_emulation=False):
        return "bf16"
    return "fp16" if torch.cuda.get_device_capability() >= HALVES_WELL else "fp32"


def computing() -> AbstractContextManager[Any]:
    """Return a context in which a model computes as it does while it is trained."""
    import torch

    halves = {"bf16": torch.bfloat16, "fp16": torch.float16}
    number = precision()
    return torch.autocast("cuda", halves[number]) if number in halves else nullcontext()


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
