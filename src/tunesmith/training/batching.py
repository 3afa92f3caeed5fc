"""Decides what a batch is: padded rows, rows in one line, or packs of so many tokens."""

from dataclasses import dataclass
from typing import Any

from tunesmith.training.collate import Collator
from tunesmith.training.examples import Encoded
from tunesmith.training.packing import PackedCollator, packed
from tunesmith.training.params import Phase

ROWS = 16  # of a batch, where the phase does not say
PACK_TOKENS = 8192  # of a pack at most, where the phase does not say
STEPS = 100  # an epoch has at least, if its batches are not smaller than `ROWS` for it


@dataclass(frozen=True)
class Batches:
    """What the Trainer draws from.

    Attributes:
        train: rows, or packs of rows.
        validation: likewise.
        size: how many of them are one batch.
        collator: makes tensors of a batch.
        in_line: the rows of a batch stand one behind the other, none is padded.
    """

    train: list[Any]
    validation: list[Any]
    size: int
    collator: Any
    in_line: bool


def batches(
    phase: Phase, train: list[Encoded], validation: list[Encoded], pad_id: int, in_line: bool
) -> Batches:
    """Return the batches of a phase.

    Args:
        phase: its `per_device_batch_size` counts rows; without one, see `pack_tokens`.
        train: encoded rows.
        validation: likewise.
        pad_id: of the token that fills padded rows.
        in_line: put rows one behind the other; see `packing.py`.
    """
    if not in_line:
        return Batches(
            train, validation, phase.per_device_batch_size or ROWS, Collator(pad_id), False
        )
    collator = PackedCollator()
    if phase.per_device_batch_size is not None:
        return Batches(train, validation, phase.per_device_batch_size, collator, True)
    lengths = [len(row["input_ids"]) for row in train]
    most = phase.pack_tokens or PACK_TOKENS
    capacity = pack_tokens(lengths, phase.gradient_accumulation_steps, most)
    return Batches(_packs(train, capacity), _packs(validation, capacity), 1, collator, True)


def pack_tokens(lengths: list[int], accumulated: int, most: int = PACK_TOKENS) -> int:
    """Return tokens of a pack: a longer one is faster, and a larger step of the optimizer.

    All packs of a step together hold `ROWS` rows, or more where that still leaves `STEPS` steps in
    an epoch.

    Args:
        lengths: of all rows, in tokens.
        accumulated: packs of one step.
        most: of a pack, unless a row is longer.
    """
    total = sum(lengths)
    wanted = max(ROWS * total // len(lengths), total // STEPS)
    return max(min(wanted // accumulated, most), *lengths)


def _packs(rows: list[Encoded], capacity: int) -> list[list[Encoded]]:
    """Return rows in packs."""
    lengths = [len(row["input_ids"]) for row in rows]
    return [[rows[place] for place in pack] for pack in packed(lengths, capacity)]
