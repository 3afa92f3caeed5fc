"""Adversarial training: each row is learnt once as it is, and once where its loss rises fastest."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor


class Adversary:
    """Moves the embedded tokens of a row a short way up its loss.

    Every row is moved by itself, so that it does not matter with which others it is in a batch.

    Source: Miyato, Dai and Goodfellow, https://arxiv.org/abs/1605.07725, (5) and (6); the length
    of the move is a share of the length of the row's own embedding, in place of normalised
    embeddings.
    """

    def __init__(self, model: Any, epsilon: float) -> None:
        self.embedding = model.get_input_embeddings()
        self.epsilon = epsilon
        self._seen: Tensor | None = None

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Within, the gradient of the embedded tokens of one batch is kept."""
        hook = self.embedding.register_forward_hook(self._watch)
        try:
            yield
        finally:
            hook.remove()

    @contextmanager
    def moving(self) -> Iterator[None]:
        """Within, the same batch is embedded a step further along that gradient."""
        assert self._seen is not None, "no batch was watched"
        assert self._seen.grad is not None, "the batch that was watched has no gradient"
        step = ascent(self._seen.detach(), self._seen.grad, self.epsilon)
        self._seen = None
        hook = self.embedding.register_forward_hook(lambda *called: called[-1] + step)
        try:
            yield
        finally:
            hook.remove()

    def _watch(self, _embedding: Any, _inputs: Any, embedded: Tensor) -> Tensor:
        """Keep what is embedded; below an adapter it needs no gradient but for this."""
        if not embedded.requires_grad:
            embedded = embedded.detach().requires_grad_()
        embedded.retain_grad()
        self._seen = embedded
        return embedded


def ascent(embedded_BLD: Tensor, gradient_BLD: Tensor, epsilon: float) -> Tensor:
    """Return the step of each row along its gradient; a row without one stays where it is.

    Args:
        embedded_BLD: embedded tokens of a batch of B rows of L tokens.
        gradient_BLD: of the loss by them; it may be scaled by any positive number.
        epsilon: length of a row's step, as a share of the length of its embedding; padding,
            whose gradient is 0, counts for neither.
    """
    felt_BL1 = gradient_BLD.ne(0).any(-1, keepdim=True)
    length_B11 = _norm(embedded_BLD * felt_BL1)
    unit_BLD = _about_one(gradient_BLD.float())
    step_BLD = unit_BLD * (epsilon * length_B11 / _norm(unit_BLD).clamp(min=_TINY))
    return step_BLD.to(embedded_BLD.dtype)


def _about_one(rows_BLD: Tensor) -> Tensor:
    """Scale each row by a power of two, which rounds nothing, so that squares do not vanish."""
    largest_B11 = rows_BLD.abs().amax((1, 2), keepdim=True)
    exponent_B11 = torch.frexp(largest_B11).exponent.clamp(min=_LEAST_EXPONENT)
    return torch.ldexp(rows_BLD, -exponent_B11)


def _norm(rows_BLD: Tensor) -> Tensor:
    return rows_BLD.float().square().sum((1, 2), keepdim=True).sqrt()


_TINY = torch.finfo(torch.float32).tiny
_LEAST_EXPONENT = -126  # of a float32 that is not subnormal
