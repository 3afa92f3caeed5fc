"""Training that does not fit into memory goes on in smaller batches, with the same steps."""

import gc
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tunesmith.errors import StartAgain, UserError
from tunesmith.files import read_json, write_json
from tunesmith.training.batching import PACK_TOKENS, ROWS
from tunesmith.training.devices.batches import shared, shared_packs
from tunesmith.training.devices.group import ALONE, Group, gathered
from tunesmith.training.fast_path import may_pack
from tunesmith.training.params import Phase

FILE_NAME = "memory.json"  # in the work folder: what was found to fit
DIALS = {
    "per_device_batch_size",
    "pack_tokens",
    "gradient_accumulation_steps",
    "activation_checkpointing",
}
FEWEST_TOKENS = 512  # of a pack that is halved no more
ON_CPU = "DefaultCPUAllocator: can't allocate memory"  # all that tells torch's error from others
T = TypeVar("T")


def within_memory(
    phase: Phase, work: Path, attempt: Callable[[Phase], T], group: Group = ALONE
) -> T:
    """Return what an attempt gives; with less memory each time that it did not have enough.

    Smaller batches, more of them to a step: the rows of every step and their order stay the same,
    only the rounding of sums differs. Then activations are computed twice instead of kept. What
    was found to fit is remembered in the work folder, so that a resumed run does not fail again.

    One of several processes cannot try again: the others wait for it in the middle of a step. It
    ends, and all are started again.

    Args:
        phase: as it is in params.yaml.
        work: folder of the phase's checkpoints, from which an attempt goes on.
        attempt: trains a phase; called again when it had not enough, see `lack`.
        group: of this process.

    Raises:
        UserError: nothing is left to save.
        StartAgain: one of several processes had not enough.
    """
    phase = _remembered(phase, work, group)
    while True:
        try:
            return attempt(phase)
        except (RuntimeError, MemoryError) as error:
            reason = lack(error)
            if reason is None:
                raise
        if phase.per_device_batch_size is None and phase.pack_tokens is None:
            phase = _settled(phase, work)  # packs that the attempt chose, see room.py
        less = smaller(phase, group.size)
        if less is None:
            raise UserError(_too_big(phase, reason))
        remember(less, work, group)
        told = f"{work.name}: out of memory ({reason}); {_told(phase, less)}"
        if group.size > 1:
            hosts = " on every host" if group.size > group.local_size else ""
            raise StartAgain(f"{told}; {work / FILE_NAME} keeps what fits", hosts)
        print(told, flush=True)
        phase = less
        _free()


def lack(error: BaseException) -> str | None:
    """Return what an error says of memory that was asked for in vain, or None for any other.

    On a GPU that is torch's own error; on a CPU a RuntimeError of torch, known by its words alone,
    or Python's MemoryError, which numpy and C++ raise too.
    """
    import torch

    said = str(error)
    if isinstance(error, torch.OutOfMemoryError):
        return said.partition(". ")[0]
    if isinstance(error, MemoryError):
        return said or "MemoryError"
    if ON_CPU in said:
        return said[said.index(ON_CPU) :].partition(". ")[0]
    return None


def smaller(phase: Phase, processes: int = 1) -> Phase | None:
    """Return the phase with less memory and the same steps, or None when nothing is left to save.

    The batch of a process is divided by its smallest prime factor, 2 for most, so that the rows of
    a step stay exactly as many. Packs are halved: their steps keep as many tokens.

    Args:
        phase: that did not fit.
        processes: that share its steps.
    """
    accumulated = phase.gradient_accumulation_steps
    if phase.per_device_batch_size is None and may_pack(phase):
        tokens = (phase.pack_tokens or PACK_TOKENS) // 2
        packs = shared_packs(accumulated, processes) * processes
        if tokens >= FEWEST_TOKENS:
            return _with(phase, pack_tokens=tokens, gradient_accumulation_steps=packs * 2)
    else:
        asked = phase.per_device_batch_size or ROWS
        rows, _ = shared(asked, accumulated, processes)
        if rows > 1:
            fewer = rows // next(n for n in range(2, rows + 1) if rows % n == 0)
            steps = asked * accumulated // fewer
            return _with(phase, per_device_batch_size=fewer, gradient_accumulation_steps=steps)
    if not phase.activation_checkpointing and phase.method.recomputes:
        return _with(phase, activation_checkpointing=True)
    return None


def _with(phase: Phase, **changes: object) -> Phase:
    return phase.model_copy(update=changes)


def _remembered(phase: Phase, work: Path, group: Group) -> Phase:
    """Return the phase as it was found to fit by a run before, on whichever host that was."""
    own = _settled(phase, work).model_dump(include=DIALS)
    return _with(phase, **max(gathered(group, own), key=_saved))


def _settled(phase: Phase, work: Path) -> Phase:
    """Return the phase with what the work folder says of it."""
    path = work / FILE_NAME
    return _with(phase, **read_json(path)) if path.exists() else phase


def remember(phase: Phase, work: Path, group: Group) -> None:
    """Write what fits; all processes of a group write the same, and may do so at once."""
    own = work / f".{group.rank}.{FILE_NAME}"
    write_json(own, phase.model_dump(include=DIALS))
    own.replace(work / FILE_NAME)


def _saved(dials: dict[str, int]) -> tuple[int, int, bool]:
    """Return numbers that are higher the less memory is asked for, or where it was looked at."""
    packs, twice = dials["gradient_accumulation_steps"], dials["activation_checkpointing"]
    return packs, twice, dials["pack_tokens"] is not None


def _told(before: Phase, after: Phase) -> str:
    """Say what changes."""
    if after.activation_checkpointing != before.activation_checkpointing:
        return "activations are now computed twice instead of kept"
    accumulated = (
        f"gradient_accumulation_steps {before.gradient_accumulation_steps} → "
        f"{after.gradient_accumulation_steps}"
    )
    if after.pack_tokens != before.pack_tokens:
        tokens = before.pack_tokens or PACK_TOKENS
        return f"pack_tokens {tokens} → {after.pack_tokens}, {accumulated}: the same tokens a step"
    rows = before.per_device_batch_size or ROWS
    return (
        f"per_device_batch_size {rows} → {after.per_device_batch_size}, {accumulated}: "
        "the same rows a step"
    )


def _too_big(phase: Phase, reason: str) -> str:
    """Say that even the smallest does not fit."""
    return (
        f"out of memory ({reason}) even with the smallest batch; lower phases.<name>.max_length "
        f"({phase.max_length}), take method lora or qlora, or a smaller base model"
    )


def _free() -> None:
    """Give the memory of the failed attempt back; its frames hold model and optimizer."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
