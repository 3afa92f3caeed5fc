"""A phase's training in the words that its objective is told it."""

from pathlib import Path
from typing import Any

from tunesmith.models.load import Loaded, load
from tunesmith.objectives.base import Setting
from tunesmith.training.batching import ROWS
from tunesmith.training.devices.group import Group, gathered
from tunesmith.training.examples import Encoded
from tunesmith.training.params import Phase
from tunesmith.training.precision import computing


def setting_of(
    phase: Phase,
    model: Any,
    loaded: Loaded,
    rows: tuple[list[Encoded], list[Encoded]],
    partner: Path,
    work: Path,
    seed: int,
    group: Group,
) -> Setting:
    """Return what an objective gets to know of a phase's training."""
    return Setting(
        model=model,
        tokenizer=loaded.tokenizer,
        train=rows[0],
        validation=rows[1],
        work=work,
        batch_rows=phase.per_device_batch_size or ROWS,
        max_length=phase.max_length,
        seed=seed,
        partner=lambda task: load(partner, task, []),
        rank=group.rank,
        processes=group.size,
        gathered=lambda one: gathered(group, one),
        precision=computing,
    )
