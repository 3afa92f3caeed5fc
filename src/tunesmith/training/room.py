"""Finds the longest packs that the memory of the GPU holds, where no dial says how long they are.

The estimate is that of `tunesmith advise`; nothing is tried out, so that no random number is drawn.
A training that runs out of memory all the same is answered by `memory.py`.
"""

from pathlib import Path
from typing import Any

from tunesmith.advice.moving import KEEPS, Way, kept_for_backward, of_the_loss
from tunesmith.advice.shape import Shape, shape_of
from tunesmith.training.devices.batches import shared_packs
from tunesmith.training.devices.group import Group, gathered
from tunesmith.training.examples import Encoded
from tunesmith.training.fast_path import liger, why_plain, without_adapter
from tunesmith.training.memory import remember
from tunesmith.training.params import Phase
from tunesmith.training.precision import precision
from tunesmith.training.step import Cut, cuts, step_tokens

HOLES = 1.1  # torch's memory has some, and the estimate errs; see docs/advise.md
RESERVE = 1.0e9  # bytes that libraries take when they are first called
TRAINED = 12  # bytes of a trained weight beside itself: gradient and two moments, in fp32


def fitted(phase: Phase, model: Any, rows: list[Encoded], work: Path, group: Group) -> Phase:
    """Return the phase with the packs that fit, told in one line and remembered in `work`.

    It stays as it is where it says its batch, where the memory is not a GPU's, where the model lies
    in parts, and where nobody has counted what its method keeps.

    Args:
        phase: that puts its rows in packs.
        model: with the method on it, on the device where it is trained.
        rows: to train on.
        work: folder of the phase's checkpoints.
        group: of this process; each of its processes calls this.
    """
    free = free_bytes()
    said = phase.per_device_batch_size is not None or phase.pack_tokens is not None
    if said or free is None or group.sharded or phase.method.kind not in KEEPS:
        return phase
    lengths = [len(row["input_ids"]) for row in rows]
    ways = _ways(phase, lengths, group.size)
    needs = [_needed(phase, model, cut, max(lengths), group) for cut in ways]
    own = next((n for n, need in enumerate(needs) if fits(need, free)), len(ways) - 1)
    place = max(gathered(group, own))
    found = _taken(phase, ways[place], group.size)
    remember(found, work, group)
    if group.first:
        print(f"{work.name}: {_told(ways[place], needs[place], free, group.size)}", flush=True)
    return found


def free_bytes() -> float | None:
    """Return what this process may still take of its GPU, None where there is none."""
    import torch

    if not torch.cuda.is_available():
        return None
    free, total = torch.cuda.mem_get_info()
    taken = torch.cuda.memory_allocated()
    unused = torch.cuda.memory_reserved() - taken
    share = getattr(torch.cuda, "get_per_process_memory_fraction", lambda: 1.0)()
    return float(min(free + unused, share * total - taken))


def fits(need: float, free: float) -> bool:
    """True when so many bytes have room beside what an estimate cannot know."""
    return need * HOLES + RESERVE <= free


def _ways(phase: Phase, lengths: list[int], processes: int) -> list[Cut]:
    """Return the ways to take a step of the phase, the fastest first."""
    asked = phase.gradient_accumulation_steps
    packs = shared_packs(asked, processes) * processes
    step = step_tokens(sum(lengths), len(lengths), packs, grows=asked == 1)
    twice = phase.activation_checkpointing
    return cuts(step, max(lengths), processes, twice, phase.method.recomputes)


def _needed(phase: Phase, model: Any, cut: Cut, longest: int, group: Group) -> float:
    """Return the bytes that training takes beside the weights, which are there already."""
    shape: Shape = shape_of(without_adapter(model).config)
    trained = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
    fast = why_plain(phase, model, longest, group) is None
    way = Way(
        tokens=cut.tokens,
        masked=0,
        pack=cut.tokens,
        fast=fast,
        liger=not fast and liger(phase, model),
    )
    halves = precision() != "fp32"
    kept = kept_for_backward(phase.method, shape, trained, halves, cut.checkpointing, way)
    moving = kept + of_the_loss(shape, way, headed=False)
    return TRAINED * float(trained) + moving


def _taken(phase: Phase, cut: Cut, processes: int) -> Phase:
    """Return the phase with a cut in place of what it leaves open."""
    return phase.model_copy(
        update={
            "pack_tokens": cut.tokens,
            "gradient_accumulation_steps": cut.packs * processes,
            "activation_checkpointing": cut.checkpointing,
        }
    )


def _told(cut: Cut, need: float, free: float, processes: int) -> str:
    """Say what was chosen, and why."""
    packs = cut.packs * processes
    each = f"{packs} to a step" if packs > 1 else "each a step"
    twice = ", activations are computed twice" if cut.checkpointing else ""
    return (
        f"packs of {cut.tokens:,} tokens, {each}{twice}: about {need / 1e9:.1f} GB of the "
        f"{free / 1e9:.1f} GB that are free"
    )
