"""How long it takes: floating-point operations, over what a device does of them in a second.

Source of 2 operations a weight and token forward and 4 backward: section 2.1 of "Scaling Laws for
Neural Language Models" (https://arxiv.org/abs/2001.08361). A frozen weight has no gradient of its
own, so that 2 of the 4 are left; what is computed again is 2 more.
"""

from tunesmith.advice.counts import Counts
from tunesmith.advice.shape import Shape

SHARE_OF_PEAK = 0.3  # that trainings of 1 to 8 billion weights reach here; small models less


def step_flops(
    counts: Counts, shape: Shape, tokens: float, length: float, share: float, checkpointing: bool
) -> float:
    """Return the operations of a step, FLOPs.

    Args:
        counts: of the model and the method.
        shape: of the model.
        tokens: of the step, padding among them.
        length: of a row, tokens.
        share: of the layers that a gradient passes; 1 but for partial fine-tuning.
        checkpointing: whether activations are computed twice.
    """
    used = counts.base - counts.lookup
    forward = 2.0 * used * (2 if checkpointing else 1)
    backward = 2.0 * used * share + 2.0 * counts.trained + 4.0 * counts.added
    pairs = 4.0 * shape.layers * shape.heads * shape.head_size * length / 2  # causal
    passes = 1 + 2 * share + (1 if checkpointing else 0)
    return tokens * (forward + backward + pairs * passes)


def seconds(flops: float, peak_tflops: float, share: float = SHARE_OF_PEAK) -> float:
    """Return the seconds that so many FLOPs take on a device with a peak in TFLOP/s."""
    return flops / (peak_tflops * 1e12 * share)
