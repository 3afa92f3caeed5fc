"""Batches of similar length, longest first: little padding, and memory fails early if at all."""

from collections.abc import Iterator, Sequence


def by_length(lengths: Sequence[int], batch_size: int) -> Iterator[list[int]]:
    """Yield positions in batches; equal lengths keep their order, so that batches repeat."""
    order = sorted(range(len(lengths)), key=lambda position: (-lengths[position], position))
    for start in range(0, len(order), batch_size):
        yield order[start : start + batch_size]
