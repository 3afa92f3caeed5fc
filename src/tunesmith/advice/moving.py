"""Bytes that one batch takes on its way through the model and back: activations, and the loss."""

from tunesmith.advice.activations import (
    Keeps,
    Widths,
    checkpointed_bytes,
    fast_layer_bytes,
    layer_bytes,
    loss_bytes,
    widths,
)
from tunesmith.advice.shape import Shape
from tunesmith.component import Component
from tunesmith.methods.base import TrainingMethod
from tunesmith.methods.freeze import Freeze

BF16 = 2  # bytes; what is trained is fp32 and is copied to it for every product
WIDENED = {"full", "qlora"}  # whose embeddings are fp32
KEEPS: dict[str, Keeps] = {
    "full": "weights",
    "freeze": "weights",
    "lora": "low_rank",
    "qlora": "low_rank",
    "ia3": "scales",
    "adapter": "bottleneck",
}


class Way(Component):
    """Of one training on one device.

    Attributes:
        tokens: of the largest batch, padding among them.
        masked: tokens of a padded row; 0 where none is padded.
        pack: tokens of a pack; None where a batch is so many rows.
        fast: LoRA's fast path.
        liger: Liger's kernels, and its loss, which never holds all logits.
    """

    tokens: int
    masked: int
    pack: int | None
    fast: bool
    liger: bool

    @property
    def whole_logits(self) -> bool:
        """True where the logits of all tokens of a batch are there at once."""
        return not (self.fast or self.liger)


def kept_for_backward(
    method: TrainingMethod, shape: Shape, trained: int, gpu: bool, checkpointing: bool, way: Way
) -> float:
    """Return the bytes that a batch leaves for the backward pass, up to the loss.

    Args:
        method: with its dials.
        shape: of the model.
        trained: weights.
        gpu: or a CPU.
        checkpointing: activations are computed twice.
        way: of the batch.
    """
    copies = BF16 * trained if gpu else 0
    return way.tokens * _a_token(method, shape, gpu, checkpointing, way) + copies


def of_the_loss(shape: Shape, way: Way, headed: bool) -> float:
    """Return the bytes of the loss at its worst moment; a head over classes takes next to none."""
    return 0.0 if headed else loss_bytes(shape, way.tokens, way.whole_logits)


def passed_share(method: TrainingMethod, shape: Shape) -> float:
    """Return the share of the layers that a gradient passes."""
    if isinstance(method, Freeze):
        return min(method.layers, shape.layers) / shape.layers
    return 1.0


def _a_token(
    method: TrainingMethod, shape: Shape, gpu: bool, checkpointing: bool, way: Way
) -> float:
    """Return the bytes a token that all layers keep."""
    rank = int(getattr(method, "r", getattr(method, "width", 0)))
    if way.fast:
        width = Widths(2, 2)
        one = fast_layer_bytes(shape, rank)
    else:
        width = widths(gpu, method.kind in WIDENED)
        keeps = KEEPS.get(method.kind, "flow")
        one = layer_bytes(shape, width, keeps, rank, way.masked, way.liger)
    if checkpointing:
        return checkpointed_bytes(shape, width, one)
    return one * shape.layers * passed_share(method, shape)
