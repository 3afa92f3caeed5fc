"""Divergences: those of TRL on the same batch, and what keeping k tokens costs."""

from itertools import pairwise

import pytest
import torch

from tunesmith.objectives.base.divergence import divergence, of_kept, tempered, top


def logits(seed: int) -> torch.Tensor:
    return 3 * torch.randn(2, 5, 11, generator=torch.Generator().manual_seed(seed))


LABELS = torch.tensor([[-100, -100, 3, 4, 5], [-100, 2, 1, -100, -100]])


@pytest.mark.parametrize("beta", [0.0, 0.1, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("temperature", [1.0, 2.0])
def test_a_divergence_is_that_of_trl(beta: float, temperature: float) -> None:
    """TRL 1.16, GKDTrainer.generalized_jsd_loss."""
    from trl.experimental.gkd import GKDTrainer

    wanted = GKDTrainer.generalized_jsd_loss(
        logits(0), logits(1), LABELS, beta, temperature, num_items_in_batch=5
    )
    mask = LABELS != -100
    own, other = (tempered(logits(seed), temperature)[mask] for seed in (0, 1))
    torch.testing.assert_close(divergence(own, other, beta).sum() / 5, wanted)


@pytest.mark.parametrize("beta", [0.0, 0.5, 1.0])
def test_kept_tokens_come_nearer_to_the_whole_from_below(beta: float) -> None:
    own, other = (tempered(logits(seed), 1).flatten(0, 1) for seed in (0, 1))
    whole = divergence(own, other, beta).sum()
    found = [of_kept(own, *top(other, k), beta).sum() for k in (1, 3, 6, 11)]
    assert all(a <= b + 1e-5 for a, b in pairwise(found))
    torch.testing.assert_close(found[-1], whole)
    assert found[0] > 0


@pytest.mark.parametrize("beta", [0.0, 0.5, 1.0])
def test_a_student_that_agrees_has_nothing_to_learn(beta: float) -> None:
    own = tempered(logits(0), 1.5).flatten(0, 1).requires_grad_()
    loss = of_kept(own, *top(own.detach(), 4), beta).sum()
    loss.backward()
    assert abs(loss.item()) < 1e-5
    assert own.grad is not None
    assert torch.isfinite(own.grad).all()


def test_a_teacher_that_is_sure_leaves_finite_gradients() -> None:
    sure = tempered(torch.tensor([[100.0, 0, 0, 0]]), 1)
    own = torch.zeros(1, 4, requires_grad=True)
    for beta in (0.0, 0.5, 1.0):
        of_kept(tempered(own, 1), *top(sure, 2), beta).sum().backward()
    assert own.grad is not None
    assert torch.isfinite(own.grad).all()
