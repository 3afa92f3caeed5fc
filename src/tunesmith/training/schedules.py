"""How the learning rate moves: transformers' schedules and the dials that each of them has."""

from typing import Any, Literal

Schedule = Literal[
    "linear",
    "cosine",
    "cosine_with_restarts",
    "cosine_with_min_lr",
    "cosine_warmup_with_min_lr",
    "polynomial",
    "constant",
    "constant_with_warmup",
    "inverse_sqrt",
    "warmup_stable_decay",
]
NOT_TAKEN = {  # of transformers: what to take instead
    "reduce_lr_on_plateau": "cosine with early_stopping_patience, or warmup_stable_decay",
    "greedy": "cosine, with a learning rate that a short training was tried with",
}
USED_BY = {  # dial of a phase → schedules that look at it
    "cycles": ("cosine_with_restarts",),
    "min_lr_ratio": (
        "cosine_with_min_lr",
        "polynomial",
        "warmup_stable_decay",
        "cosine_warmup_with_min_lr",
    ),
    "power": ("polynomial",),
    "decay_ratio": ("warmup_stable_decay",),
}


def refuse_idle(schedule: str, given: set[str]) -> None:
    """Refuse a dial that the schedule would not look at.

    Args:
        schedule: of the phase.
        given: names of the dials that are set.

    Raises:
        ValueError: names the dial and the schedules that have it.
    """
    for dial, schedules in USED_BY.items():
        if dial in given and schedule not in schedules:
            raise ValueError(f"{dial}: not a dial of {schedule}, but of {', '.join(schedules)}")


def schedule_options(
    schedule: str,
    steps: int,
    learning_rate: float,
    cycles: int | None = None,
    min_lr_ratio: float | None = None,
    power: float | None = None,
    decay_ratio: float | None = None,
) -> dict[str, Any]:
    """Return the schedule's own arguments in transformers' words.

    Args:
        schedule: its name.
        steps: optimizer steps of the whole phase.
        learning_rate: the highest.
        cycles: times that cosine starts again at the top, at least 1; None: 1.
        min_lr_ratio: the lowest learning rate, in the highest; None: 0, of a cosine that ends above
            zero 0.1.
        power: of polynomial; None: 1, a line.
        decay_ratio: share of the steps in which warmup_stable_decay goes down; None: 0.2.
    """
    if schedule == "cosine_with_restarts":
        return {"num_cycles": cycles or 1}
    if schedule in ("cosine_with_min_lr", "cosine_warmup_with_min_lr"):
        return {"min_lr_rate": 0.1 if min_lr_ratio is None else min_lr_ratio}
    if schedule == "polynomial":
        return {"lr_end": learning_rate * (min_lr_ratio or 0), "power": power or 1.0}
    if schedule == "warmup_stable_decay":
        decay = max(1, round(steps * (decay_ratio or 0.2)))
        return {"num_decay_steps": decay, "min_lr_ratio": min_lr_ratio or 0.0}
    return {}
