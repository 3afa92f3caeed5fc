"""DPO at its optimum is the model whose rewards made the preferences, up to one constant."""

import pytest
import torch

from tunesmith.objectives.base.paired import Answers
from tunesmith.objectives.dpo import Dpo

REWARDS = torch.tensor([0.0, 1.3, -0.7, 2.1, 0.4], dtype=torch.float64)
REFERENCE = torch.tensor([0.5, -1.0, 0.2, -2.0, 1.0], dtype=torch.float64).log_softmax(-1)
PAIRS = torch.tensor([(a, b) for a in range(5) for b in range(5) if a != b]).T


def trained(objective: Dpo, preferred: torch.Tensor) -> torch.Tensor:
    """Return logprob of five answers to one prompt, trained on the share in which each pair won."""
    logits = REFERENCE.clone().requires_grad_()
    better, worse = PAIRS
    optimizer = torch.optim.LBFGS([logits], max_iter=500, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        own = logits.log_softmax(-1)
        one = torch.ones(len(better))
        answers = Answers(own[better], own[worse], REFERENCE[better], REFERENCE[worse], one, one)
        total = (objective.losses(answers) * preferred).sum()
        total.backward()
        return total

    optimizer.step(loss)
    return logits.detach().log_softmax(-1)


@pytest.mark.parametrize("beta", [0.1, 0.5, 2.0])
@pytest.mark.parametrize("loss", ["sigmoid", "robust"])
def test_dpo_recovers_the_differences_of_rewards(loss: str, beta: float) -> None:
    better, worse = PAIRS
    preferred = (REWARDS[better] - REWARDS[worse]).sigmoid()
    wrong = 0.0
    if loss == "robust":  # of every ten labels two were turned round
        wrong = 0.2
        preferred = (1 - wrong) * preferred + wrong * (1 - preferred)
    policy = trained(Dpo(loss=loss, beta=beta, label_smoothing=wrong), preferred)
    found = beta * (policy - REFERENCE)
    torch.testing.assert_close(found - found[0], REWARDS - REWARDS[0], atol=1e-3, rtol=0)
    optimum = (REFERENCE + REWARDS / beta).softmax(-1)
    assert float((policy.exp() - optimum).abs().sum() / 2) < 1e-3
