"""One method on one device: its bytes and seconds, and what has to be turned for it to fit."""

from typing import Any

from tunesmith.advice.activations import (
    Keeps,
    checkpointed_bytes,
    layer_bytes,
    loss_bytes,
    widths,
)
from tunesmith.advice.compute import seconds, step_flops
from tunesmith.advice.counts import Counts, count
from tunesmith.advice.device import Device, fits
from tunesmith.advice.lengths import Lengths
from tunesmith.advice.shape import Shape, shape_of
from tunesmith.advice.weights import kept
from tunesmith.component import Component
from tunesmith.methods.base import TrainingMethod
from tunesmith.methods.freeze import Freeze

BF16 = 2  # bytes; what a method adds is fp32 and is copied to it for every product
NO_CHECKPOINTING = {"prefix"}  # transformers drops keys and values where layers are recomputed
KEEPS: dict[str, Keeps] = {
    "full": "weights",
    "freeze": "weights",
    "lora": "low_rank",
    "qlora": "low_rank",
    "ia3": "scales",
    "adapter": "bottleneck",
}


class Ask(Component):
    """What is to be trained, on how much."""

    task: str
    classes: int
    batch: int
    accumulation: int
    max_length: int
    epochs: float


class Estimate(Component):
    """Of one method; bytes of one device."""

    method: str
    trained: int
    weights_bytes: int
    gradient_bytes: int
    optimiser_bytes: int
    activation_bytes: int
    loss_bytes: int
    peak_bytes: int
    seconds_per_epoch: float
    batch: int
    accumulation: int
    checkpointing: bool


class Advice(Component):
    """The estimate as asked, whether it fits, and the nearest setting that does."""

    asked: Estimate
    fits: bool
    instead: Estimate | None  # None: as asked, or nothing fits


def advise(
    config: Any, method: TrainingMethod, ask: Ask, lengths: Lengths, device: Device
) -> Advice:
    """Return what a method takes, and what it would take to fit.

    A smaller batch is tried first, with accumulation that keeps rows a step; then checkpointing.
    """
    counts, shape = count(config, ask.task, ask.classes, method), shape_of(config)
    rest = (method, counts, shape, lengths, device)
    asked = estimate(ask, False, *rest)
    if fits(device, asked.peak_bytes):
        return Advice(asked=asked, fits=True, instead=None)
    for checkpointing in (False,) if method.kind in NO_CHECKPOINTING else (False, True):
        for smaller in _smaller(ask, checkpointing):
            tried = estimate(smaller, checkpointing, *rest)
            if fits(device, tried.peak_bytes):
                return Advice(asked=asked, fits=False, instead=tried)
    return Advice(asked=asked, fits=False, instead=None)


def _smaller(ask: Ask, checkpointing: bool) -> list[Ask]:
    """Return the same step in smaller batches; with checkpointing the batch as asked too."""
    found = [ask] if checkpointing else []
    batch = ask.batch
    while batch > 1:
        batch //= 2
        steps = -(-ask.batch * ask.accumulation // batch)
        found.append(ask.model_copy(update={"batch": batch, "accumulation": steps}))
    return found


def estimate(
    ask: Ask,
    checkpointing: bool,
    method: TrainingMethod,
    counts: Counts,
    shape: Shape,
    lengths: Lengths,
    device: Device,
) -> Estimate:
    """Return bytes and seconds of a training.

    The longest rows decide about memory, the mean about time. Gradients of one step are there
    together with activations only when they accumulate; else whichever is more counts.
    """
    quantised = method.kind == "qlora"
    at_input = 0 if method.kind == "prefix" else method.virtual_tokens
    longest = min(lengths.longest_tokens, ask.max_length) + at_input
    tokens = ask.batch * longest
    stay = kept(counts, 2 if device.gpu else 4, quantised)
    passed = passed_share(method, shape)
    masked = longest if ask.batch > 1 or method.kind == "prefix" else 0
    activations = _activations(method, shape, device.gpu, checkpointing, masked)
    loss = 0.0 if ask.task == "classification" else loss_bytes(shape)
    copies = BF16 * counts.added if device.gpu else 0
    moving = tokens * (activations + loss) + copies
    alone = 0 if ask.accumulation > 1 else stay.gradients
    peak = stay.weights + stay.optimiser + stay.gradients - alone + max(moving, alone)
    mean = lengths.mean_tokens + at_input
    flops = step_flops(counts, shape, lengths.rows * mean, mean, passed, checkpointing)
    return Estimate(
        method=method.kind,
        trained=counts.trained,
        weights_bytes=stay.weights,
        gradient_bytes=stay.gradients,
        optimiser_bytes=stay.optimiser,
        activation_bytes=round(tokens * activations + copies),
        loss_bytes=round(tokens * loss),
        peak_bytes=round(peak),
        seconds_per_epoch=seconds(flops, device.tflops),
        batch=ask.batch,
        accumulation=ask.accumulation,
        checkpointing=checkpointing,
    )


def passed_share(method: TrainingMethod, shape: Shape) -> float:
    """Return the share of the layers that a gradient passes."""
    if isinstance(method, Freeze):
        return min(method.layers, shape.layers) / shape.layers
    return 1.0


def _activations(
    method: TrainingMethod, shape: Shape, gpu: bool, checkpointing: bool, masked: int
) -> float:
    """Return the bytes a token that all layers keep."""
    width = widths(gpu, method.kind == "qlora")
    rank = int(getattr(method, "r", getattr(method, "width", 0)))
    one = layer_bytes(shape, width, KEEPS.get(method.kind, "flow"), rank, masked)
    if checkpointing:
        return checkpointed_bytes(shape, width, one)
    return one * shape.layers * passed_share(method, shape)
