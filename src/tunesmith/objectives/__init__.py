"""Objectives, one file each: what a phase optimises. The union is the registry."""

from typing import Annotated, TypeAlias, get_args

from pydantic import Field

from tunesmith.objectives.cpo import Cpo
from tunesmith.objectives.dpo import Dpo
from tunesmith.objectives.kto import Kto
from tunesmith.objectives.likelihood import Likelihood
from tunesmith.objectives.orpo import Orpo
from tunesmith.objectives.reward import Reward
from tunesmith.objectives.simpo import Simpo

Objective: TypeAlias = Annotated[
    Cpo | Dpo | Kto | Likelihood | Orpo | Reward | Simpo, Field(discriminator="kind")
]


def objectives_for(task: str) -> list[str]:
    """Return the kinds that a phase of a task may have."""
    kinds = get_args(get_args(Objective)[0])
    return sorted(one.model_fields["kind"].default for one in kinds if task in one.tasks)
