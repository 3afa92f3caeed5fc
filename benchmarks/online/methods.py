"""The methods that are compared: phases that start from sft and learn as many answers."""

from typing import Any

from benchmarks.online.field import Field
from tunesmith.objectives.base.online import OnlineObjective
from tunesmith.objectives.ppo import Ppo
from tunesmith.training.params import Phase

ONLINE: dict[str, dict[str, Any]] = {
    "ppo": {},
    "grpo": {"kind": "grpo", "group": 8},
    "rloo": {"kind": "rloo", "group": 4},
    "online dpo": {"kind": "online_dpo"},
    "online dpo, higher wins": {"kind": "online_dpo", "wins": "higher"},
}
PAIRED: dict[str, dict[str, Any]] = {
    "dpo": {"kind": "dpo"},
    "dpo, nll 1": {"kind": "dpo", "nll": 1.0},
    "dpo, ipo": {"kind": "dpo", "loss": "ipo", "beta": 1.0},
    "kto": {"kind": "kto"},
    "orpo": {"kind": "orpo", "beta": 1.0},
    "simpo": {"kind": "simpo"},
    "cpo": {"kind": "cpo"},
}
METHODS = (*ONLINE, *PAIRED)
RATES = (1e-4, 2e-4, 5e-4, 1e-3)  # of which validation prompts choose
OF_PPO = set(Ppo.model_fields) - set(OnlineObjective.model_fields) | {"passes"}


def phase_of(name: str, rate: float, steps: int, prompts: int, field: Field) -> Phase:
    """Return the phase of a method.

    Args:
        name: of the method.
        rate: its learning rate.
        steps: of the methods that answer; the others learn as many answers.
        prompts: of train.
        field: on which it is compared.
    """
    dials = field.dials
    pairs = sum(row["task"] == "preference" for row in field.rows["train"])
    answers = dials["objective"]["answers"]
    usual = {"learning_rate": rate, "best_by": None}
    if name in ONLINE:
        phase = Phase.model_validate(dials | usual | {"objective": _online(name, dials)})
        each = answers // phase.objective.group_size
        return phase.model_copy(update={"epochs": steps * each / prompts})
    return Phase.model_validate(
        {name: dials[name] for name in ("from", "method", "max_length")}
        | {"with": "base", "task": "unpaired" if name == "kto" else "preference"}
        | {"objective": PAIRED[name], "warmup_ratio": 0.1, "per_device_batch_size": 8}
        | {"evaluations_per_epoch": 1, "epochs": steps * answers / 2 / pairs}
        | {"learning_rate": rate}
    )


def _online(name: str, dials: dict[str, Any]) -> dict[str, Any]:
    """Return the objective of a method that answers; all but PPO make one pass."""
    if name == "ppo":
        return dict(dials["objective"])
    kept = {k: v for k, v in dials["objective"].items() if k not in OF_PPO}
    return kept | ONLINE[name]
