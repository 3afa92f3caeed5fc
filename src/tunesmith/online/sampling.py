"""Samples answers whose tokens do not depend on the batch in which they are drawn.

The highest of logits with Gumbel noise is a sample of their softmax (https://arxiv.org/abs/1611.01144,
eq. 1). Each answer has noise of its own, so that a batch may be cut otherwise, for want of memory
or over several processes, and the answers stay.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor


class Noise:
    """A logits processor of transformers: adds noise, so that the likeliest token is a sample."""

    def __init__(self, seeds: Sequence[int], temperature: float, device: torch.device) -> None:
        """Take one seed for each answer of a batch."""
        self._temperature = temperature
        self._each = [torch.Generator(device).manual_seed(seed) for seed in seeds]

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:  # noqa: ARG002
        """Return scores_BV with noise."""
        noise_BV = torch.empty_like(scores, dtype=torch.float32)
        for row, generator in zip(noise_BV, self._each, strict=True):
            row.exponential_(generator=generator)
        return scores.float() / self._temperature - noise_BV.log()


def processors(
    seeds: Sequence[int], temperature: float, device: torch.device
) -> Callable[[list[int]], Any]:
    """Return what gives the answers of a batch, known by their places, their noise."""

    def of_batch(places: list[int]) -> list[Noise]:
        return [Noise([seeds[place] for place in places], temperature, device)]

    return of_batch


def answer_seeds(seed: int, step: int, first: int, count: int) -> list[int]:
    """Return the seeds of answers of a step: another for every answer of every step.

    Args:
        seed: of the run.
        step: from 1 on; 0 for validation, whose noise is always the same.
        first: number of the first answer among those of all processes.
        count: how many.
    """
    import numpy as np

    words = [np.random.SeedSequence([seed, step, first + place]) for place in range(count)]
    return [int(word.generate_state(1, np.uint64)[0] >> 1) for word in words]
