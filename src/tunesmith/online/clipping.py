"""PPO's clipped losses: what goes too far from where a step began learns no more.

Source: eq. 7 and 9 of https://arxiv.org/abs/1707.06347; the value's clipping is that of its code.
"""

import torch
from torch import Tensor


def policy_loss(
    logprobs: Tensor, old: Tensor, advantages: Tensor, low: float, high: float
) -> tuple[Tensor, Tensor]:
    """Return the loss of each entry, and True where the clipping took its gradient.

    Works on tokens (BT) and on sums of whole answers (B).

    Args:
        logprobs: natural-log probabilities now; the gradient goes through them.
        old: the same when the answers were given.
        advantages: how much better than expected.
        low: how far the ratio of probabilities may fall below 1.
        high: how far it may rise above.
    """
    ratio = torch.exp(logprobs - old)
    free, held = ratio * advantages, ratio.clamp(1 - low, 1 + high) * advantages
    return -torch.minimum(free, held), held < free


def value_loss(values: Tensor, old: Tensor, returns: Tensor, reach: float) -> Tensor:
    """Return half the squared error of each value, the worse of free and clipped.

    Args:
        values: expected now; the gradient goes through them.
        old: expected when the answers were given.
        returns: what came.
        reach: how far a value may move from the old one.
    """
    held = torch.maximum(torch.minimum(values, old + reach), old - reach)
    return 0.5 * torch.maximum((values - returns) ** 2, (held - returns) ** 2)
