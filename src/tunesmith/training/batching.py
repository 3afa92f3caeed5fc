"""Decides what a batch is: padded rows, rows in one line, or packs of so many tokens."""

from dataclasses import dataclass
from typing import Any

from tunesmith.training.collate import Collator
from tunesmith.training.devices.batches import shared, shared_packs
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
        size: how many of them are one batch of one process.
        accumulation: batches of a process for one step of the optimizer.
        evaluated: how many are one batch of validation.
        collator: makes tensors of a batch.
        in_line: the rows of a batch stand one behind the other, none is padded.
        pack_tokens: of a pack at most; None where batches are rows.
    """

    train: list[Any]
    validation: list[Any]
    size: int
    accumulation: int
    evaluated: int
    collator: Any
    in_line: bool
    pack_tokens: int | None = None


def batches(
    phase: Phase,
    train: list[Encoded],
    validation: list[Encoded],
    pad_id: int,
    in_line: bool,
    processes: int = 1,
) -> Batches:
    """Return the batches of a phase.

    Args:
        phase: its `per_device_batch_size` counts rows; without one, see `pack_tokens`.
        train: encoded rows.
        validation: likewise.
        pad_id: of the token that fills padded rows.
        in_line: put rows one behind the other; see `packing.py`.
        processes: that share the rows of a step, see `devices/batches.py`.

    Raises:
        UserError: the rows of a step cannot be shared evenly.
    """
    accumulated, rows = phase.gradient_accumulation_steps, phase.per_device_batch_size
    if in_line and rows is None:
        each = shared_packs(accumulated, processes)
        most = phase.pack_tokens or PACK_TOKENS
        tokens = pack_tokens([len(row["input_ids"]) for row in train], each * processes, most)
        packs = [_packs(some, tokens) for some in (train, validation)]
        return Batches(packs[0], packs[1], 1, each, 1, PackedCollator(), True, tokens)
    rows = rows or ROWS
    size, each = shared(rows, accumulated, processes)
    if in_line:
        return Batches(train, validation, size, each, rows, PackedCollator(), True)
    return Batches(train, validation, size, each, rows * 2, Collator(pad_id), False)


def pack_tokens(lengths: list[int], accumulated: int, most: int = PACK_TOKENS) -> int:
    """Return tokens of a pack; see `capacity`, whose `lengths` are those of all rows."""
    return capacity(sum(lengths), len(lengths), max(lengths), accumulated, most)


def capacity(total: int, rows: int, longest: int, accumulated: int, most: int) -> int:
    """Return tokens of a pack: a longer one is faster, and a larger step of the optimizer.

    All packs of a step together hold `ROWS` rows, or more where that still leaves `STEPS` steps in
    an epoch.

    Args:
        total: tokens of all rows.
        rows: how many.
        longest: tokens of the longest row.
        accumulated: packs of one step.
        most: of a pack, unless a row is longer.
    """
    wanted = max(ROWS * total // rows, total // STEPS)
    return max(min(wanted // accumulated, most), longest)


def _packs(rows: list[Encoded], capacity: int) -> list[list[Encoded]]:
    """Return rows in packs."""
    lengths = [len(row["input_ids"]) for row in rows]
    return [[rows[place] for place in pack] for pack in packed(lengths, capacity)]
