"""Which way a training goes on a device, as the trainer would choose it: what a batch is, and how.

Rows are padded on a CPU, for classifiers and behind virtual tokens; else a GPU has them in packs,
through transformers (with Liger's kernels where there are any) or on LoRA's fast path.
"""

import importlib.util
from typing import Any

from tunesmith.advice.counts import Counts
from tunesmith.advice.device import Device
from tunesmith.advice.lengths import Lengths
from tunesmith.advice.moving import Way
from tunesmith.component import Component
from tunesmith.methods.base import TrainingMethod
from tunesmith.training.batching import PACK_TOKENS, ROWS, capacity


class Ask(Component):
    """What is to be trained, on how much.

    Attributes:
        batch: rows of a device and step; None: as many as the trainer takes by itself.
        pack_tokens: of a pack at most; None: as many as the trainer takes by itself.
        apart: rows stay in padded batches, as the phase says or a part of it wants.
        passes: over each batch; 2 with an adversary.
    """

    task: str
    classes: int
    batch: int | None
    accumulation: int
    max_length: int
    epochs: float
    pack_tokens: int | None = None
    apart: bool = False
    passes: int = 1


def way_of(
    ask: Ask, method: TrainingMethod, counts: Counts, lengths: Lengths, device: Device
) -> Way:
    """Return the way of a training.

    Args:
        ask: what is to be trained.
        method: by which.
        counts: of the method on the model.
        lengths: of the rows; with the tokens of a prompt in front of each.
        device: on which.
    """
    longest = min(lengths.longest_tokens, ask.max_length) + tokens_in_front(method)
    if not in_packs(ask, method, device):
        rows = ask.batch or ROWS
        masked = longest if rows > 1 or method.kind == "prefix" else 0
        liger = device.gpu and ask.task != "classification" and has_liger(counts.family)
        return Way(tokens=rows * longest, masked=masked, pack=None, fast=False, liger=liger)
    pack = None if ask.batch else pack_of(ask, lengths)
    fast = counts.fast
    return Way(
        tokens=pack or (ask.batch or ROWS) * longest,
        masked=0,
        pack=pack,
        fast=fast,
        liger=not fast and has_liger(counts.family),
    )


def in_packs(ask: Ask, method: TrainingMethod, device: Device) -> bool:
    """True where rows stand in line, unless they stay apart, as a classifier's have to."""
    alone = ask.apart or ask.task == "classification" or method.virtual_tokens > 0
    return device.gpu and not alone


def tokens_in_front(method: TrainingMethod) -> int:
    """Return the virtual tokens that pass every layer; those of a prefix are keys and values."""
    return 0 if method.kind == "prefix" else method.virtual_tokens


def pack_of(ask: Ask, lengths: Lengths) -> int:
    """Return the tokens of a pack, as training takes them."""
    total = round(lengths.rows * lengths.mean_tokens)
    longest = min(lengths.longest_tokens, ask.max_length)
    return capacity(total, lengths.rows, longest, ask.accumulation, ask.pack_tokens or PACK_TOKENS)


def has_liger(family: str) -> bool:
    """Return whether Liger's kernels are installed here and know this kind of model."""
    if importlib.util.find_spec("liger_kernel") is None:
        return False
    from liger_kernel.transformers.monkey_patch import MODEL_TYPE_TO_APPLY_LIGER_FN

    known: Any = MODEL_TYPE_TO_APPLY_LIGER_FN
    return family in known
