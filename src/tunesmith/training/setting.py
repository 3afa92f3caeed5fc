"""A phase's training in the words that its objective is told it."""

from pathlib import Path
from typing import Any

from tunesmith.models.load import Loaded, load
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.objectives.base import Setting
from tunesmith.training.batching import ROWS
from tunesmith.training.devices.group import Group, gathered
from tunesmith.training.examples import Encoded, encode_rows
from tunesmith.training.keeping import Before
from tunesmith.training.params import Phase
from tunesmith.training.precision import computing


def setting_of(
    phase: Phase,
    model: Any,
    loaded: Loaded,
    encoded: tuple[list[Encoded], list[Encoded]],
    before: Before,
    partner: Path,
    work: Path,
    seed: int,
    group: Group,
) -> Setting:
    """Return what an objective gets to know of a phase's training."""
    return Setting(
        model=model,
        tokenizer=loaded.tokenizer,
        train=encoded[0],
        validation=encoded[1],
        work=work,
        batch_rows=phase.per_device_batch_size or ROWS,
        max_length=phase.max_length,
        seed=seed,
        partner=lambda task: load(_named(phase, work) or partner, task, []),
        rank=group.rank,
        processes=group.size,
        gathered=lambda one: gathered(group, one),
        precision=computing,
        rows=before.rows,
        prompts=before.prompts,
        encode=lambda some: encode_rows(some, phase.task, loaded.tokenizer, phase.max_length, []),
    )


def _named(phase: Phase, work: Path) -> Path | None:
    """Return the descriptor's folder of a teacher that the objective itself names."""
    teacher = getattr(phase.objective, "teacher", None)
    if teacher is None:
        return None
    resolve(BaseParams(**teacher.model_dump())).write(work / "teacher")
    return work / "teacher"
