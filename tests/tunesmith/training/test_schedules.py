"""The learning rate moves as the schedule's name and dials say."""

from pathlib import Path
from typing import Any, get_args

import pytest
import torch
from transformers import SchedulerType, get_scheduler

from tests.tunesmith.methods.trying import phase
from tunesmith.training.arguments import training_arguments
from tunesmith.training.batching import batches
from tunesmith.training.schedules import NOT_TAKEN, Schedule

PEAK = 0.01
STEPS = 100


def rates(tmp_path: Path, **dials: Any) -> list[float]:
    """Return the learning rate of every step of a phase of 100 steps, in its highest."""
    one = phase({"kind": "full"}, learning_rate=PEAK, epochs=1, **dials)
    arguments = training_arguments(
        one, batches(one, [{}] * STEPS * 8, [], 0, False), tmp_path, seed=0
    )
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=PEAK)
    scheduler = get_scheduler(
        arguments.lr_scheduler_type,
        optimizer,
        arguments.warmup_steps,
        STEPS,
        arguments.lr_scheduler_kwargs,
    )
    seen = []
    for _ in range(STEPS + 1):
        seen.append(optimizer.param_groups[0]["lr"] / PEAK)
        optimizer.step()
        scheduler.step()
    return seen


@pytest.mark.parametrize(
    ("dials", "expected"),  # step → share of the highest learning rate
    [
        ({"schedule": "linear"}, {0: 1, 50: 0.5, 100: 0}),
        ({"schedule": "cosine"}, {0: 1, 50: 0.5, 100: 0}),
        ({"schedule": "cosine_with_restarts", "cycles": 2}, {25: 0.5, 49: 0, 50: 1, 75: 0.5}),
        ({"schedule": "cosine_with_restarts"}, {0: 1, 50: 0.5, 100: 0}),
        ({"schedule": "cosine_with_min_lr"}, {50: 0.55, 100: 0.1}),
        ({"schedule": "cosine_with_min_lr", "min_lr_ratio": 0.2}, {50: 0.6, 100: 0.2}),
        (
            {"schedule": "cosine_warmup_with_min_lr", "warmup_ratio": 0.1, "min_lr_ratio": 0.2},
            {0: 0.1, 4: 0.5, 9: 1, 99: 0.2},  # a warm-up that begins above 0
        ),
        ({"schedule": "polynomial"}, {50: 0.5, 100: 0}),
        ({"schedule": "polynomial", "power": 2.0, "min_lr_ratio": 0.2}, {50: 0.4, 100: 0.2}),
        ({"schedule": "constant"}, {0: 1, 50: 1, 100: 1}),
        ({"schedule": "constant_with_warmup", "warmup_ratio": 0.1}, {0: 0, 5: 0.5, 10: 1, 100: 1}),
        ({"schedule": "inverse_sqrt", "warmup_ratio": 0.1}, {10: 1, 40: 0.5}),
        ({"schedule": "warmup_stable_decay"}, {0: 1, 79: 1, 90: 0.5, 100: 0}),
        (
            {"schedule": "warmup_stable_decay", "decay_ratio": 0.5, "min_lr_ratio": 0.2},
            {49: 1, 75: 0.6, 100: 0.2},
        ),
        ({"schedule": "linear", "warmup_ratio": 0.2}, {0: 0, 10: 0.5, 20: 1, 60: 0.5}),
    ],
    ids=lambda value: value.get("schedule") if isinstance(value, dict) else None,
)
def test_the_rate_at_a_step(
    tmp_path: Path, dials: dict[str, Any], expected: dict[int, float]
) -> None:
    seen = rates(tmp_path, **({"warmup_ratio": 0} | dials))
    assert {step: seen[step] for step in expected} == pytest.approx(expected, abs=0.01)


def test_every_schedule_of_transformers_is_taken_or_answered_with_another() -> None:
    assert {one.value for one in SchedulerType} == {*get_args(Schedule), *NOT_TAKEN}
