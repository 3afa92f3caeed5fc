"""What a policy has gone through in a step: its answers, what they scored, how likely they were."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor


class Rollout(NamedTuple):
    """A prompt and an answer to it, as tokens; the end of the answer included where there is."""

    prompt: list[int]
    answer: list[int]


class Seen(NamedTuple):
    """What a policy makes of answers, BT: of each of their tokens; 0 behind the end of an answer.

    Attributes:
        logprobs: natural log of the probability.
        entropy: of the choice that was made there, in nats.
        values: what is expected to come, 0 without a value head.
    """

    logprobs: Tensor
    entropy: Tensor
    values: Tensor


@dataclass(frozen=True)
class Experience:
    """The answers of a step.

    Attributes:
        rollouts: B of them; those of one prompt stand together.
        scores: B, what each is worth.
        mask: BT, True on the tokens of answers, never on prompts or padding.
        old: what the policy made of them when it gave them.
        reference: BT, log-probabilities by the model at the start.
    """

    rollouts: list[Rollout]
    scores: Tensor
    mask: Tensor
    old: Seen
    reference: Tensor

    def part(self, places: Sequence[int]) -> "Experience":
        """Return some of the answers, as wide as the longest of them."""
        rollouts = [self.rollouts[place] for place in places]
        at = torch.tensor(places, device=self.mask.device)
        width = longest(rollouts)
        return Experience(
            rollouts,
            self.scores[at],
            self.mask[at, :width],
            Seen(*(one[at, :width] for one in self.old)),
            self.reference[at, :width],
        )


def longest(rollouts: Sequence[Rollout]) -> int:
    """Return the tokens of the longest answer."""
    return max(len(rollout.answer) for rollout in rollouts)


def mask_of(rollouts: Sequence[Rollout], device: torch.device) -> Tensor:
    """Return mask_BT: True on the tokens of answers."""
    lengths_B = torch.tensor([len(rollout.answer) for rollout in rollouts], device=device)
    places_T = torch.arange(longest(rollouts), device=device)
    return places_T[None] < lengths_B[:, None]
