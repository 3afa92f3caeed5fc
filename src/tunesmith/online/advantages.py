"""Advantages without a value head: an answer against others to the same prompt."""

from torch import Tensor

EPSILON = 1e-4  # as in TRL 1.16


def group_relative(scores_B: Tensor, size: int, scale: bool = True) -> Tensor:
    """Return how far each score is above the mean of its group, in its group's deviations.

    A group of equal scores has advantages of 0 and teaches nothing.

    Args:
        scores_B: those of one prompt stand together.
        size: answers of a prompt.
        scale: divide by the sample's standard deviation; without, as in Dr. GRPO.

    Source: section 4.1 of https://arxiv.org/abs/2402.03300, https://arxiv.org/abs/2503.20783.
    """
    scores_PG = scores_B.view(-1, size)
    above_PG = scores_PG - scores_PG.mean(1, keepdim=True)
    if scale:
        above_PG = above_PG / (scores_PG.std(1, keepdim=True) + EPSILON)
    return above_PG.reshape(-1)


def leave_one_out(scores_B: Tensor, size: int) -> Tensor:
    """Return how far each score is above the mean of the others of its group.

    Args:
        scores_B: those of one prompt stand together.
        size: answers of a prompt, at least 2.

    Source: eq. 6 of https://arxiv.org/abs/2402.14740.
    """
    scores_PG = scores_B.view(-1, size)
    others_PG = (scores_PG.sum(1, keepdim=True) - scores_PG) / (size - 1)
    return (scores_PG - others_PG).reshape(-1)
