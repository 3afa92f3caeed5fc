"""One method on one device: its bytes and seconds, and what has to be turned for it to fit."""

from typing import Any

from tunesmith.advice.compute import seconds, step_flops
from tunesmith.advice.counts import Counts, count
from tunesmith.advice.device import Device, fits
from tunesmith.advice.lengths import Lengths
from tunesmith.advice.moving import KEEPS, kept_for_backward, of_the_loss, passed_share
from tunesmith.advice.shape import Shape, shape_of
from tunesmith.advice.way import Ask, in_packs, tokens_in_front, way_of
from tunesmith.advice.weights import kept
from tunesmith.component import Component
from tunesmith.methods.base import TrainingMethod
from tunesmith.training.batching import ROWS
from tunesmith.training.memory import FEWEST_TOKENS
from tunesmith.training.step import cuts, step_tokens

NO_CHECKPOINTING = {"prefix"}  # transformers drops keys and values where layers are recomputed


class Estimate(Component):
    """Of one method; bytes of one device.

    Attributes:
        batch: rows of a device and step; None where packs are made.
        pack_tokens: of a pack; None where rows are counted.
        fast: on LoRA's fast path.
    """

    method: str
    trained: int
    weights_bytes: int
    gradient_bytes: int
    optimiser_bytes: int
    activation_bytes: int
    loss_bytes: int
    peak_bytes: int
    seconds_per_epoch: float
    batch: int | None
    pack_tokens: int | None
    accumulation: int
    checkpointing: bool
    fast: bool


class Advice(Component):
    """The estimate as asked, whether it fits, and the nearest setting that does."""

    asked: Estimate
    fits: bool
    instead: Estimate | None  # None: as asked, or nothing fits


def advise(
    config: Any, method: TrainingMethod, ask: Ask, lengths: Lengths, device: Device
) -> Advice:
    """Return what a method takes, and what it would take to fit.

    Where the trainer cuts steps into packs by itself, that is what is asked. Else a smaller batch
    is tried first, with accumulation that keeps rows a step; then checkpointing.
    """
    counts = count(config, ask.task, ask.classes, method, ask.max_length)
    shape = shape_of(config)
    rest = (method, counts, shape, lengths, device)
    by_itself = [estimate(one, twice, *rest) for one, twice in _cuts(ask, method, lengths, device)]
    if by_itself:
        fitting = next((one for one in by_itself if fits(device, one.peak_bytes)), None)
        return Advice(asked=fitting or by_itself[0], fits=fitting is not None, instead=None)
    asked = estimate(ask, False, *rest)
    if fits(device, asked.peak_bytes):
        return Advice(asked=asked, fits=True, instead=None)
    for checkpointing in (False,) if method.kind in NO_CHECKPOINTING else (False, True):
        for smaller in _smaller(ask, asked, lengths, checkpointing):
            tried = estimate(smaller, checkpointing, *rest)
            if fits(device, tried.peak_bytes):
                return Advice(asked=asked, fits=False, instead=tried)
    return Advice(asked=asked, fits=False, instead=None)


def _cuts(
    ask: Ask, method: TrainingMethod, lengths: Lengths, device: Device
) -> list[tuple[Ask, bool]]:
    """Return the ways to take a step that a trainer would look at, and whether they compute twice.

    There are none where a dial says them, or rows are counted, or the trainer does not look.
    """
    said = ask.batch is not None or ask.pack_tokens is not None
    if said or method.kind not in KEEPS or not in_packs(ask, method, device):
        return []
    total, rows = round(lengths.rows * lengths.mean_tokens), lengths.rows
    longest = min(lengths.longest_tokens, ask.max_length)
    step = step_tokens(total, rows, ask.accumulation, grows=ask.accumulation == 1)
    found = cuts(step, longest, 1, False, method.recomputes)
    changes = [{"pack_tokens": one.tokens, "accumulation": one.packs} for one in found]
    return [
        (ask.model_copy(update=change), one.checkpointing)
        for change, one in zip(changes, found, strict=True)
    ]


def _smaller(ask: Ask, asked: Estimate, lengths: Lengths, checkpointing: bool) -> list[Ask]:
    """Return the same step in smaller batches or packs; with checkpointing as asked too."""
    found = [ask] if checkpointing else []
    size = asked.pack_tokens or asked.batch or 1
    key = "pack_tokens" if asked.pack_tokens else "batch"
    least = max(FEWEST_TOKENS, lengths.longest_tokens) if asked.pack_tokens else 1
    whole, part = size * ask.accumulation, size // 2
    while part >= least:
        found.append(ask.model_copy(update={key: part, "accumulation": -(-whole // part)}))
        part //= 2
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
    way = way_of(ask, method, counts, lengths, device)
    stay = kept(counts, 2 if device.gpu else 4, method.kind == "qlora")
    passed = passed_share(method, shape)
    activations = kept_for_backward(method, shape, counts.trained, device.gpu, checkpointing, way)
    loss = of_the_loss(shape, way, ask.task == "classification")
    moving = activations + loss
    alone = 0 if ask.accumulation > 1 else stay.gradients
    peak = stay.weights + stay.optimiser + stay.gradients - alone + max(moving, alone)
    mean = lengths.mean_tokens + tokens_in_front(method)
    flops = step_flops(counts, shape, lengths.rows * mean, mean, passed, checkpointing)
    return Estimate(
        method=method.kind,
        trained=counts.trained,
        weights_bytes=stay.weights,
        gradient_bytes=stay.gradients,
        optimiser_bytes=stay.optimiser,
        activation_bytes=round(activations),
        loss_bytes=round(loss),
        peak_bytes=round(peak),
        seconds_per_epoch=seconds(ask.passes * flops, device.tflops),
        batch=None if way.pack else ask.batch or ROWS,
        pack_tokens=way.pack,
        accumulation=ask.accumulation,
        checkpointing=checkpointing,
        fast=way.fast,
    )
