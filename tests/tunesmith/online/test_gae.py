"""Advantages against values computed by hand."""

import torch

from tunesmith.online.gae import gae

MASK = torch.tensor([[True, True, True], [True, True, False]])
REWARDS = torch.tensor([[0.0, 1.0, 2.0], [0.0, 4.0, 9.0]])
VALUES = torch.tensor([[0.5, 1.0, 1.5], [1.0, 2.0, 9.0]])


def test_advantages_are_those_of_a_hand() -> None:
    # surprises with discount 0.5: 0 + 0.5 - 0.5, 1 + 0.75 - 1, 2 + 0 - 1.5; discount * decay 0.25
    first = [0.25 * (0.75 + 0.25 * 0.5), 0.75 + 0.25 * 0.5, 0.5]
    # 0 + 1 - 1, 4 - 2; what stands behind the end counts for nothing
    second = [0.25 * 2.0, 2.0, 0.0]
    found = gae(REWARDS, VALUES, MASK, discount=0.5, decay=0.5)
    assert torch.allclose(found, torch.tensor([first, second]))


def test_with_decay_1_it_is_what_came_less_what_was_expected() -> None:
    found = gae(REWARDS, VALUES, MASK, discount=1.0, decay=1.0)
    came = torch.tensor([[3.0, 3.0, 2.0], [4.0, 4.0, 0.0]])
    assert torch.allclose(found, (came - VALUES) * MASK)


def test_with_decay_0_it_is_the_surprise_of_one_token() -> None:
    found = gae(REWARDS, VALUES, MASK, discount=1.0, decay=0.0)
    assert torch.allclose(found, torch.tensor([[0.5, 1.5, 0.5], [1.0, 2.0, 0.0]]))
