"""Bytes that stay for the whole training: weights, gradients, and the optimiser's moments.

Sources: mixed-precision Adam, section 3.1 of ZeRO (https://arxiv.org/abs/1910.02054), less its fp32
master copy, which the Trainer does not keep of bf16 weights; NF4 with double quantisation, sections
3 and 4 of QLoRA (https://arxiv.org/abs/2305.14314).
"""

from tunesmith.advice.counts import Counts
from tunesmith.component import Component

FP32 = 4  # bytes
NF4 = 1 / 2 + 1 / 64 + 4 / (64 * 256)  # bytes: 4 bits, a byte a block of 64, fp32 a 256 blocks
MOMENTS = 2  # of AdamW, each as wide as the weight


class Kept(Component):
    """Bytes."""

    weights: int
    gradients: int
    optimiser: int


def kept(counts: Counts, stored: int, quantised: bool) -> Kept:
    """Return the bytes of a training on one device.

    Args:
        counts: of the model and the method.
        stored: bytes of a weight as the base is loaded: 2 in bf16, 4 in fp32.
        quantised: whether the base is in 4 bits; its norms are then fp32, the rest as stored.

    What PEFT adds is fp32 on any base. A weight of the base that is trained keeps its width, and
    gradient and moments are as wide as it.
    """
    if quantised:
        stays = counts.base - counts.quantised - counts.norms
        frozen = counts.quantised * NF4 + counts.norms * FP32 + stays * stored
    else:
        frozen = counts.base * stored
    own = counts.trained - counts.added
    gradients = own * stored + counts.added * FP32
    return Kept(
        weights=round(frozen + counts.added * FP32),
        gradients=gradients,
        optimiser=MOMENTS * gradients,
    )
