"""Batches of similar length, longest first: little padding, and memory fails early if at all."""

from collections.abc import Iterator, Sequence
from itertools import groupby


def by_length(lengths: Sequence[int], batch_size: int, padded: bool = True) -> Iterator[list[int]]:
    """Yield positions in batches; equal lengths keep their order, so that batches repeat.

    Args:
        lengths: of the items, in their order.
        batch_size: the most items of a batch.
        padded: False: a batch holds items of one length only.
    """
    order = sorted(range(len(lengths)), key=lambda position: (-lengths[position], position))
    groups = [order]
    if not padded:
        groups = [list(group) for _, group in groupby(order, key=lengths.__getitem__)]
    for group in groups:
        for start in range(0, len(group), batch_size):
            yield group[start : start + batch_size]
