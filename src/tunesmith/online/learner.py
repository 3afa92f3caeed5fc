"""Learns from the answers of a step: passes over them, in batches that make up optimizer steps."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import torch

from tunesmith.objectives.base.online import OnlineObjective, Share, Targets
from tunesmith.online.experience import Experience
from tunesmith.online.policy import Policy
from tunesmith.online.timing import Stopwatch
from tunesmith.online.together import Together


@dataclass(frozen=True)
class Learner:
    """Changes a policy.

    Attributes:
        objective: says what is learnt.
        policy: what learns.
        optimizer: of its trained weights, and of its value head.
        batch_size: answers of one forward pass.
        accumulation: forward passes of one optimizer step.
        max_grad_norm: of the policy, and of the value head by itself.
        together: the processes that learn.
        watch: of the parts of a step.
    """

    objective: OnlineObjective
    policy: Policy
    optimizer: Any
    batch_size: int
    accumulation: int
    max_grad_norm: float
    together: Together
    watch: Stopwatch = field(default_factory=Stopwatch)

    def learn(self, experience: Experience, beta: float, seed: int) -> dict[str, float]:
        """Learn from a step's answers; return the mean of each number over its optimizer steps.

        Args:
            experience: of this process.
            beta: what a nat of distance from the reference costs.
            seed: of the order in which answers are taken.
        """
        with self.watch.part("forward"):
            targets = self.objective.targets(experience, beta, self.together.total)
        generator = torch.Generator().manual_seed(seed)
        found = []
        for _ in range(self.objective.passes):
            order = self._order(len(experience.rollouts), generator)
            for places in _cut(order, self._whole(self.batch_size) * self.accumulation):
                found.append(self._step(experience, targets, places, beta))
        return {name: sum(one[name] for one in found) / len(found) for name in found[0]}

    def _order(self, answers: int, generator: torch.Generator) -> list[int]:
        """Return the places of answers in a drawn order; those learnt together stay together."""
        size = self.objective.learnt_together
        drawn = torch.randperm(answers // size, generator=generator).tolist()
        return [size * place + number for place in drawn for number in range(size)]

    def _whole(self, answers: int) -> int:
        """Return about so many answers, without a part of those learnt together."""
        size = self.objective.learnt_together
        return max(answers // size, 1) * size

    def _step(
        self, experience: Experience, targets: Targets, places: Sequence[int], beta: float
    ) -> dict[str, float]:
        """Make one optimizer step; return its numbers, over all processes."""
        share = self._share(experience, places)
        sums: dict[str, Any] = {}
        for some in _cut(places, self._whole(self.batch_size)):
            with self.watch.part("forward"):
                part = experience.part(some)
                now = self.policy.see(part.rollouts, self.objective.entropy_learns)
                own = targets.part(some, part.mask.shape[1])
                loss = self.objective.loss(now, part, own, share, beta)
            with self.watch.part("backward"):
                torch.autograd.backward(loss.whole)
            for name, number in {"loss": loss.whole, **loss.parts}.items():
                sums[name] = sums.get(name, 0) + number.detach()
        with self.watch.part("optimizer"):
            norm = self._apply()
        return {n: float(self.together.total(one)) for n, one in sums.items()} | {"grad_norm": norm}

    def _share(self, experience: Experience, places: Sequence[int]) -> Share:
        """Return what the answers of an optimizer step come to, over all processes."""
        tokens = experience.mask[torch.tensor(places, device=experience.mask.device)].sum()
        answers = torch.tensor(len(places), device=tokens.device)
        both = self.together.total(torch.stack([tokens, answers]).double())
        return Share(*both.tolist())

    def _apply(self) -> float:
        """Let the optimizer change the weights; return the norm of the policy's gradient."""
        weights = list(self.policy.trained().values())
        head = list(self.policy.head.parameters()) if self.policy.head is not None else []
        self.together.share_gradients(chain(weights, head))
        norm = torch.nn.utils.clip_grad_norm_(weights, self.max_grad_norm)
        torch.nn.utils.clip_grad_norm_(head, self.max_grad_norm)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return float(norm)


def _cut(places: Sequence[int], size: int) -> list[Sequence[int]]:
    """Return places in pieces of at most `size`."""
    return [places[start : start + size] for start in range(0, len(places), size)]
