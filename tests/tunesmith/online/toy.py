"""A policy of one step: every prompt is answered by one token out of a few."""

from collections.abc import Sequence
from contextlib import contextmanager

import torch
from torch import nn

from tunesmith.objectives.base.online import OnlineObjective
from tunesmith.online.experience import Experience, Rollout, Seen, mask_of
from tunesmith.online.learner import Learner
from tunesmith.online.together import Together
from tunesmith.training.devices.group import ALONE


class Bandit:
    """Chooses a token by logits of its own; what it expects is one number."""

    def __init__(self, reference_A: torch.Tensor, critic: bool) -> None:
        self.logits_A = nn.Parameter(reference_A.log())
        self.reference_A = reference_A.log()
        self.head = nn.Linear(1, 1, bias=False) if critic else None
        if self.head is not None:
            nn.init.zeros_(self.head.weight)

    def trained(self) -> dict[str, nn.Parameter]:
        return {"logits": self.logits_A}

    @contextmanager
    def at_start(self):
        yield

    def probabilities(self) -> torch.Tensor:
        return torch.softmax(self.logits_A.detach(), 0)

    def see(self, rollouts: Sequence[Rollout], entropy_learns: bool = False) -> Seen:
        actions_BT = torch.tensor([rollout.answer for rollout in rollouts])
        logprobs_A = torch.log_softmax(self.logits_A, 0)
        ones_BT1 = torch.ones(*actions_BT.shape, 1)
        values_BT = self.head(ones_BT1)[..., 0] if self.head is not None else ones_BT1[..., 0] * 0
        return Seen(logprobs_A[actions_BT], torch.zeros(actions_BT.shape), values_BT)


def learner(objective: OnlineObjective, bandit: Bandit, rate: float) -> Learner:
    groups = [{"params": [bandit.logits_A], "lr": rate}]
    if bandit.head is not None:
        groups.append({"params": list(bandit.head.parameters()), "lr": 0.1})
    return Learner(
        objective=objective,
        policy=bandit,  # type: ignore[arg-type]
        optimizer=torch.optim.Adam(groups),
        batch_size=objective.answers,
        accumulation=1,
        max_grad_norm=1.0,
        together=Together(ALONE),
    )


def taught(
    objective: OnlineObjective, reference_A: torch.Tensor, rewards_A: torch.Tensor, steps: int
) -> torch.Tensor:
    """Return the probabilities after so many steps, whose learning rate falls to 0."""
    torch.manual_seed(0)
    bandit = Bandit(reference_A, objective.critic)
    teacher = learner(objective, bandit, 0.0)
    for step in range(steps):
        teacher.optimizer.param_groups[0]["lr"] = 0.1 * (1 - step / steps)
        actions_B = torch.multinomial(bandit.probabilities(), objective.answers, True)
        rollouts = [Rollout([0], [action]) for action in actions_B.tolist()]
        with torch.no_grad():
            old = bandit.see(rollouts)
        experience = Experience(
            rollouts,
            rewards_A[actions_B],
            mask_of(rollouts, torch.device("cpu")),
            old,
            bandit.reference_A[actions_B][:, None],
        )
        teacher.learn(experience, objective.kl.beta, seed=step)
    return bandit.probabilities()
