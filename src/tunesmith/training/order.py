"""In which order an epoch sees its rows: a function of seed and epoch alone.

transformers draws the order from torch's global generator, where it depends on everything drawn
before: on dropout, on noise, on how a step is cut into batches, and on where a run was resumed.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch.utils.data import Sampler


class EpochOrder(Sampler[int]):
    """Yields the numbers of all rows, another order each epoch.

    Attributes:
        epoch: whose order comes next.
    """

    def __init__(self, rows: int, seed: int, lengths: Sequence[int] | None, batch: int) -> None:
        """Take what decides the order.

        Args:
            rows: how many there are.
            seed: of the run.
            lengths: tokens of each row, to put rows of like length together; None: at random.
            batch: rows of an optimizer step, however it is cut into batches.
        """
        self.rows, self.seed, self.lengths, self.batch = rows, seed, lengths, batch
        self.epoch = 0

    def __len__(self) -> int:
        return self.rows

    def __iter__(self) -> Iterator[int]:
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + self.epoch)
        if self.lengths is None:
            yield from torch.randperm(self.rows, generator=generator).tolist()
        else:
            yield from _grouped(self.lengths, self.batch, generator)


def _grouped(lengths: Sequence[int], batch: int, generator: Any) -> list[int]:
    """Return transformers' order by length: about alike within a step, the longest step first."""
    from transformers.trainer_pt_utils import get_length_grouped_indices

    return list(get_length_grouped_indices(list(lengths), batch, generator=generator))
