"""Bytes that stay for the whole training: weights, gradients, and the optimiser's moments.

Sources: mixed-precision Adam, section 3.1 of ZeRO (https://arxiv.org/abs/1910.02054), whose bf16
copies are made anew for each step; NF4 with double quantisation, sections 3 and 4 of QLoRA
(https://arxiv.org/abs/2305.14314).
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

    What is trained is fp32 on any base, and so are its gradient and moments.
    """
    own = counts.trained - counts.added
    if quantised:
        stays = counts.base - counts.quantised - counts.norms
        frozen = counts.quantised * NF4 + counts.norms * FP32 + stays * stored
    else:
        frozen = (counts.base - own) * stored
    return Kept(
        weights=round(frozen + counts.trained * FP32),
        gradients=counts.trained * FP32,
        optimiser=MOMENTS * counts.trained * FP32,
    )
