"""Objectives, one file each: what a phase optimises. The union is the registry."""

from typing import Annotated, TypeAlias, get_args

from pydantic import Field

from tunesmith.objectives.cpo import Cpo
from tunesmith.objectives.distil import Distil
from tunesmith.objectives.dpo import Dpo
from tunesmith.objectives.gkd import Gkd
from tunesmith.objectives.grpo import Grpo
from tunesmith.objectives.kto import Kto
from tunesmith.objectives.likelihood import Likelihood
from tunesmith.objectives.online_dpo import OnlineDpo
from tunesmith.objectives.orpo import Orpo
from tunesmith.objectives.ppo import Ppo
from tunesmith.objectives.reward import Reward
from tunesmith.objectives.rloo import Rloo
from tunesmith.objectives.sequences import Sequences
from tunesmith.objectives.simpo import Simpo
from tunesmith.objectives.soft_labels import SoftLabels

Objective: TypeAlias = Annotated[
    Cpo
    | Distil
    | Dpo
    | Gkd
    | Grpo
    | Kto
    | Likelihood
    | OnlineDpo
    | Orpo
    | Ppo
    | Reward
    | Rloo
    | Sequences
    | Simpo
    | SoftLabels,
    Field(discriminator="kind"),
]


def objectives_for(task: str) -> list[str]:
    """Return the kinds that a phase of a task may have."""
    kinds = get_args(get_args(Objective)[0])
    return sorted(one.model_fields["kind"].default for one in kinds if task in one.tasks)
