"""On a task of one step the best policy is known: pi is proportional to pi_ref exp(r / beta)."""

import pytest
import torch

from tests.tunesmith.online.toy import taught
from tunesmith.objectives.grpo import Grpo
from tunesmith.objectives.online_dpo import OnlineDpo
from tunesmith.objectives.ppo import Ppo
from tunesmith.objectives.rloo import Rloo

REFERENCE = torch.tensor([0.4, 0.25, 0.15, 0.1, 0.06, 0.04])
REWARDS = torch.tensor([0.0, 0.4, 1.0, -0.5, 0.8, 1.2])
STEPS = 60
DIALS = {
    "rewards": [{"kind": "length", "at_most": 1}],  # not asked here: the scores are given
    "answers": 128,
}
KINDS = {
    "ppo": (Ppo, {"passes": 2, "whiten_advantages": False}),
    "rloo": (Rloo, {"group": 4}),
    "online_dpo": (OnlineDpo, {"answers": 512}),
    "grpo": (Grpo, {"group": 16, "scale_by_deviation": False}),
}


@pytest.mark.parametrize("beta", [0.3, 0.7, 2.0])
@pytest.mark.parametrize("kind", ["ppo", "rloo", "online_dpo"])
def test_training_reaches_the_best_policy(kind: str, beta: float) -> None:
    best = REFERENCE * (REWARDS / beta).exp()
    assert apart(trained(kind, beta), best / best.sum()) <= 0.05
    assert apart(REFERENCE, best / best.sum()) > 0.05  # and was not there at the start


@pytest.mark.parametrize("beta", [0.7, 2.0])
def test_grpo_reaches_that_of_the_divergence_from_the_other_side(beta: float) -> None:
    """The gradient of its k3 is that of KL(pi_ref || pi): pi = beta pi_ref / (level - r)."""
    low, high = float(REWARDS.max()), float(REWARDS.max()) + beta
    for _ in range(60):
        level = (low + high) / 2
        best = beta * REFERENCE / (level - REWARDS)
        low, high = (level, high) if best.sum() > 1 else (low, level)
    assert float(best.sum()) == pytest.approx(1, abs=1e-4)
    assert apart(trained("grpo", beta, 2 * STEPS), best) <= 0.05


def trained(kind: str, beta: float, steps: int = STEPS) -> torch.Tensor:
    objective, more = KINDS[kind]
    dials = {**DIALS, **more, "kl": {"kind": "fixed", "beta": beta}}
    return taught(objective.model_validate(dials), REFERENCE, REWARDS, steps=steps)


def apart(one: torch.Tensor, other: torch.Tensor) -> float:
    """Return the total variation."""
    return float((one - other).abs().sum() / 2)
