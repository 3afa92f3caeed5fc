"""In which numbers this machine trains: bf16, fp16 with scaled gradients, or fp32."""

from typing import Literal

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
