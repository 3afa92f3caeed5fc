"""Keys and values of a batch at fixed addresses, with room for tokens to come."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor
from transformers.cache_utils import Cache, CacheLayerMixin


@dataclass
class Room:
    """What the layers of a cache share; they do not know the cache, which would keep them alive.

    Attributes:
        rows: that there is room for.
        place: the column, a tensor of one number, that the next token takes.
        columns: tokens that there is room for.
        filling: prompts are read.
    """

    rows: int
    place: Tensor
    columns: int = 0
    filling: bool = False


class StandingCache(Cache):  # type: ignore[misc]
    """What attention has seen of a batch; prompts fill it, then each token adds a column."""

    def __init__(self, rows: int, device: torch.device) -> None:
        """Take the rows that there is room for; columns are added by `widen`."""
        self.room = Room(rows, torch.zeros(1, dtype=torch.long, device=device))
        super().__init__(layer_class_to_replicate=partial(StandingLayer, self.room))

    def widen(self, columns: int) -> None:
        """Make room for so many tokens; addresses change, what was seen stays."""
        self.room.columns = columns
        for layer in self.layers:
            layer.widen()


class StandingLayer(CacheLayerMixin):  # type: ignore[misc]
    """Keys and values of one layer: (rows, heads, columns, size of a head)."""

    is_compileable = False
    is_sliding = False

    def __init__(self, room: Room) -> None:
        super().__init__()
        self._room = room

    def lazy_initialization(self, key_states: Tensor, value_states: Tensor) -> None:
        """Make room; what is not yet written is 0, since a mask does not take away a NaN."""
        self.keys, self.values = (self._empty(one) for one in (key_states, value_states))
        self.is_initialized = True

    def _empty(self, states: Tensor) -> Tensor:
        """Return room for states of this kind."""
        _, heads, _, size = states.shape
        return states.new_zeros(self._room.rows, heads, self._room.columns, size)

    def widen(self) -> None:
        """Move to where there is room for all columns."""
        self.keys, self.values = (self._widened(one) for one in (self.keys, self.values))

    def _widened(self, old: Tensor) -> Tensor:
        """Return the states with room for all columns."""
        new = self._empty(old)
        new[:, :, : old.shape[2]] = old
        return new

    def update(
        self, key_states: Tensor, value_states: Tensor, *_: Any, **__: Any
    ) -> tuple[Tensor, Tensor]:
        """Write states; return all that is to be attended to.

        A prompt's own states are that, as without a cache; it may have fewer rows than there is
        room for. A token attends to every column, and a mask says which are written.
        """
        key_states = key_states.to(value_states.dtype)  # float32 under autocast, by the rotation
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        if self._room.filling:
            written = (slice(key_states.shape[0]), slice(None), slice(key_states.shape[2]))
            self.keys[written], self.values[written] = key_states, value_states
            return key_states, value_states
        self.keys.index_copy_(2, self._room.place, key_states)
        self.values.index_copy_(2, self._room.place, value_states)
        return self.keys, self.values

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Return how many keys a query may see, and where they begin."""
        return (query_length if self._room.filling else self._room.columns), 0

    def get_seq_length(self) -> int:
        """Return 0: positions and masks are given to the model, not counted by it."""
        return 0

    def get_max_length(self) -> int:
        """Return how many tokens there is room for."""
        return self._room.columns
