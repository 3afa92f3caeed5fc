"""Asks a model: what its own answers score, and how far it has gone from its start."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tunesmith.online.experience import Rollout
from tunesmith.online.policy import Policy
from tunesmith.online.prompts import Prompt
from tunesmith.online.sampling import answer_seeds, processors
from tunesmith.prediction.batches import by_length
from tunesmith.prediction.generate import generate
from tunesmith.rewards.base import Answer, Scorer
from tunesmith.rewards.reward_model import RewardModel

SAMPLES, SEED, RESAMPLES, TOKENS = 4, 4242, 2000, 48


@dataclass(frozen=True)
class Asked:
    """What sampled answers are like, `SAMPLES` to each prompt, those of one together.

    Attributes:
        model: what the reward model gives each.
        check: what no method saw gives each.
        kl: nats of each from the start; its mean is an estimate of the divergence.
        tokens: mean length.
    """

    model: list[float]
    check: list[float]
    kl: list[float]
    tokens: float


def asked(
    answering: Any, start: Any, prompts: list[Prompt], judge: RewardModel, check: Scorer
) -> Asked:
    """Return what a model's answers to prompts are like; the noise is the same for all models.

    All is computed in float32, to which the models are brought.
    """
    for model in (answering, start.model, judge.loaded.model):
        model.float()
    many = [prompt for prompt in prompts for _ in range(SAMPLES)]
    noise = processors(answer_seeds(SEED, 1, 0, len(many)), 1.0, answering.device)
    made = generate(answering, start.tokenizer, [p.ids for p in many], 64, TOKENS, noise)
    texts, messages = [one.text for one in made], [prompt.messages for prompt in many]
    answers = [
        Answer(p.row, p.messages, one.text, one.tokens, one.finished)
        for p, one in zip(many, made, strict=True)
    ]
    rollouts = [Rollout(p.ids, list(one.ids)) for p, one in zip(many, made, strict=True)]
    far = logprobs(answering, start, rollouts) - logprobs(start.model, start, rollouts)
    return Asked(
        [float(one) for one in judge.score(messages, texts)],
        [float(one) for one in check(answers)],
        far.tolist(),
        float(np.mean([one.tokens for one in made])),
    )


def logprobs(answering: Any, start: Any, rollouts: list[Rollout]) -> Any:
    """Return the log-probability of each answer by a model."""
    import torch

    policy = Policy(answering, start.tokenizer.pad_token_id, 1.0, critic=False)
    found = np.zeros(len(rollouts))
    with torch.no_grad():
        for places in by_length([len(p) + len(a) for p, a in rollouts], 32):
            seen = policy.see([rollouts[place] for place in places])
            found[places] = seen.logprobs.sum(1).tolist()
    return found


def with_interval(scores: list[float]) -> str:
    """Return the mean with its 95 % interval, drawn over prompts."""
    each = np.asarray(scores, float).reshape(-1, SAMPLES).mean(1)
    draws = np.random.default_rng(0).choice(each, (RESAMPLES, len(each))).mean(1)
    low, high = np.quantile(draws, [0.025, 0.975])
    return f"{each.mean():.3f} [{low:.3f}, {high:.3f}]"
