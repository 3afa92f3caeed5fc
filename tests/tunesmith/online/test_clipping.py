"""Clipped losses against values computed by hand."""

import pytest
import torch

from tunesmith.online.clipping import policy_loss, value_loss


@pytest.mark.parametrize(
    ("ratio", "advantage", "loss", "clipped"),
    [
        (1.1, 2.0, -2.2, False),
        (1.5, 2.0, -2.4, True),  # good and already far: held at 1.2
        (1.5, -2.0, 3.0, False),  # bad and far: is pulled back
        (0.5, 2.0, -1.0, False),
        (0.5, -2.0, 1.6, True),  # bad and already rare: held at 0.8
    ],
)
def test_a_ratio_beyond_its_reach_learns_no_more(
    ratio: float, advantage: float, loss: float, clipped: bool
) -> None:
    now = torch.tensor([ratio]).log().requires_grad_()
    found, held = policy_loss(now, torch.zeros(1), torch.tensor([advantage]), 0.2, 0.2)
    found.sum().backward()
    assert found.item() == pytest.approx(loss)
    assert held.item() is clipped
    assert (now.grad.item() == 0) is clipped


def test_the_reach_upwards_may_be_longer() -> None:
    now = torch.tensor([1.25]).log()
    _, held = policy_loss(now, torch.zeros(1), torch.ones(1), 0.2, 0.28)
    assert not held.item()


def test_a_value_is_held_near_the_old_one() -> None:
    values = torch.tensor([1.5, 1.1, 3.0])
    found = value_loss(values, torch.tensor([1.0, 1.0, 1.0]), torch.tensor([2.0, 2.0, 2.0]), 0.2)
    # held at 1.2, 1.1 and 1.2: the worse of both errors counts
    assert found.tolist() == pytest.approx([0.5 * 0.8**2, 0.5 * 0.9**2, 0.5 * 1.0])
