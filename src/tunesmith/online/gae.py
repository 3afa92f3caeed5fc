"""Generalised advantage estimation: how much better each token was than expected."""

import torch
from torch import Tensor


def gae(
    rewards_BT: Tensor, values_BT: Tensor, mask_BT: Tensor, discount: float, decay: float
) -> Tensor:
    """Return the advantage of every token; 0 behind the end of an answer.

    B answers, T tokens of the longest. What comes after the last token is worth nothing.

    Args:
        rewards_BT: of every token.
        values_BT: what was expected before each token.
        mask_BT: True on the tokens of an answer, which begin at the first place.
        discount: of what comes a token later, gamma.
        decay: of how far rewards reach back, lambda.

    Source: eq. 11 to 16 of https://arxiv.org/abs/1506.02438.
    """
    advantage_B = following_B = torch.zeros_like(values_BT[:, 0])
    found = []
    for place in reversed(range(values_BT.shape[1])):
        here_B = mask_BT[:, place]
        surprise_B = rewards_BT[:, place] + discount * following_B - values_BT[:, place]
        advantage_B = (surprise_B + discount * decay * advantage_B) * here_B
        following_B = values_BT[:, place] * here_B
        found.append(advantage_B)
    return torch.stack(found[::-1], dim=1)
