"""Trains one small adapter after another over a base that is loaded once."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tunesmith.errors import UserError
from tunesmith.files import sha256_text
from tunesmith.models.load import Loaded
from tunesmith.personal import Personal
from tunesmith.training.collate import Collator
from tunesmith.training.examples import Encoded

if TYPE_CHECKING:
    from torch import Tensor

Weights = dict[str, "Tensor"]


class Learner:
    """Puts the shared adapter's weights back, and trains them on the rows of one group."""

    def __init__(self, loaded: Loaded, dials: Personal, seed: int) -> None:
        """Remember the weights that every group starts from."""
        self.loaded, self._dials, self._seed = loaded, dials, seed
        self._collate = Collator(loaded.tokenizer.pad_token_id)
        self._shared = {n: w.detach().clone() for n, w in self._trained()}

    def reset(self) -> None:
        """Put the shared adapter back."""
        import torch

        with torch.no_grad():
            for name, weight in self._trained():
                weight.copy_(self._shared[name])

    def learn(self, value: str, encoded: list[Encoded]) -> None:
        """Train on the rows of a group, from the shared adapter on.

        Args:
            value: of the group; its order of rows and its dropout follow from it and the seed,
                not from the groups before.
            encoded: its rows.

        Raises:
            UserError: the loss is no number any more.
        """
        import torch

        self.reset()
        own = int(sha256_text(f"{self._seed}:{value}")[:8], 16)
        rng, dials, model = np.random.default_rng(own), self._dials, self.loaded.model
        torch.manual_seed(own)
        model.train()
        weights = [weight for _, weight in self._trained()]
        optimizer = torch.optim.AdamW(weights, lr=dials.learning_rate, weight_decay=0.0)
        for batch in _batches(len(encoded), dials, rng):
            inputs = self._collate([encoded[place] for place in batch])
            loss = model(**{key: one.to(model.device) for key, one in inputs.items()}).loss
            if not math.isfinite(loss.item()):
                raise UserError(
                    f"personalise: the loss of group {value!r} is {loss.item()}; lower "
                    "learning_rate"
                )
            loss.backward()
            torch.nn.utils.clip_grad_norm_(weights, dials.max_grad_norm)
            optimizer.step()
            optimizer.zero_grad()
        model.eval()

    def save(self, folder: Path, save: Callable[[Any, Path], None]) -> None:
        """Write the adapter as it is now."""
        self.loaded.model.eval()
        save(self.loaded.model, folder)

    def _trained(self) -> "Iterator[tuple[str, Tensor]]":
        """Yield the weights of the adapter."""
        return ((n, w) for n, w in self.loaded.model.named_parameters() if w.requires_grad)


def _batches(count: int, dials: Personal, rng: np.random.Generator) -> Iterator[list[int]]:
    """Yield the places of the rows of each step, in a new order in each epoch."""
    size = dials.per_device_batch_size
    for _ in range(dials.epochs):
        order = rng.permutation(count).tolist()
        yield from (order[start : start + size] for start in range(0, count, size))
