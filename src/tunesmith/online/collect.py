"""Lets a policy answer, and gathers what is learnt from: the first half of a step."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from tunesmith.fast.interface import whole_attention
from tunesmith.objectives.base.online import OnlineObjective
from tunesmith.online.experience import Experience, Rollout, Seen, longest, mask_of
from tunesmith.online.policy import Policy
from tunesmith.online.prompts import Prompt
from tunesmith.online.sampling import processors
from tunesmith.online.scores import shaped
from tunesmith.online.timing import Stopwatch
from tunesmith.prediction.batches import by_length
from tunesmith.prediction.generate import Generation, generate
from tunesmith.rewards.base import Answer
from tunesmith.rewards.combined import Combined
from tunesmith.training.fast_path import without_adapter

ANSWERED = 4  # times the answers of a backward pass: without one they take less memory


@dataclass(frozen=True)
class Collected:
    """Answers and their scores.

    Attributes:
        answers: as the rewards saw them.
        scores: as the rewards gave them; `experience` has those that are learnt from.
    """

    experience: Experience
    answers: list[Answer]
    scores: list[float]


@dataclass(frozen=True)
class Collector:
    """Asks a policy.

    Attributes:
        objective: its dials of answers and rewards.
        policy: that answers.
        tokenizer: of the model.
        rewards: score the answers.
        batch_size: answers of a forward pass that keeps what a backward pass needs.
        watch: of the parts of a step.
    """

    objective: OnlineObjective
    policy: Policy
    tokenizer: Any
    rewards: Combined
    batch_size: int
    watch: Stopwatch

    def collect(self, prompts: Sequence[Prompt], seeds: Sequence[int]) -> Collected:
        """Return an answer to each prompt, with all that is learnt from.

        Args:
            prompts: one for each answer.
            seeds: of the noise of each answer.
        """
        with self.watch.part("generation"):
            made = self._generated(prompts, seeds)
        answers = [
            Answer(prompt.row, prompt.messages, one.text, one.tokens, one.finished)
            for prompt, one in zip(prompts, made, strict=True)
        ]
        with self.watch.part("reward"):
            scores = self.rewards(answers)
        rollouts = [Rollout(p.ids, list(one.ids)) for p, one in zip(prompts, made, strict=True)]
        with self.watch.part("reference"):
            experience = self._experience(rollouts, self._learnt(scores, made))
        return Collected(experience, answers, scores)

    def _generated(self, prompts: Sequence[Prompt], seeds: Sequence[int]) -> list[Generation]:
        """Return sampled answers."""
        model = self.policy.model
        noise = processors(seeds, self.objective.temperature, model.device)
        with self.policy.computing(), whole_attention(without_adapter(model)):
            return generate(
                model,
                self.tokenizer,
                [prompt.ids for prompt in prompts],
                self.batch_size * ANSWERED,
                self.objective.max_new_tokens,
                noise,
            )

    def _learnt(self, scores: list[float], made: list[Generation]) -> list[float]:
        """Return the scores that are learnt from."""
        dials = self.objective
        finished = [one.finished for one in made]
        return shaped(
            scores, finished, dials.reward_scale, dials.reward_clip, dials.missing_end_penalty
        )

    @torch.no_grad()
    def _experience(self, rollouts: list[Rollout], scores: list[float]) -> Experience:
        """Return the answers with what the policy and its reference make of them."""
        device = self.policy.model.device
        old = self._seen(rollouts)
        with self.policy.at_start():
            reference = self._seen(rollouts)
        scores_B = torch.tensor(scores, dtype=torch.float32, device=device)
        return Experience(rollouts, scores_B, mask_of(rollouts, device), old, reference.logprobs)

    def _seen(self, rollouts: list[Rollout]) -> Seen:
        """Return what the model makes of all answers, looked at in batches of like length."""
        shape, device = (len(rollouts), longest(rollouts)), self.policy.model.device
        whole = Seen(*(torch.zeros(shape, device=device) for _ in Seen._fields))
        for places in by_length([len(p) + len(a) for p, a in rollouts], self.batch_size):
            seen = self.policy.see([rollouts[place] for place in places])
            at = torch.tensor(places, device=device)
            for target, part in zip(whole, seen, strict=True):
                target[at, : part.shape[1]] = part
        return whole
