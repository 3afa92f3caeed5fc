"""Counts the n-grams that two texts share, for all rows at once."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Hashes: TypeAlias = NDArray[np.uint64]

HASH_BITS = 39  # 24 bits of row, 39 of n-gram, 1 of side
MIX = np.uint64(0x9E3779B97F4A7C15)


class Side:
    """Texts as numbered symbols in one buffer, each with the row that it belongs to."""

    def __init__(self, texts: Sequence[Sequence[int]]) -> None:
        self.lengths = np.array([len(text) for text in texts], dtype=np.int64)
        self.rows = np.repeat(np.arange(len(texts), dtype=np.int64), self.lengths)
        flat = [symbol for text in texts for symbol in text]
        self.symbols = _scrambled(np.array(flat, dtype=np.uint64))

    def counts(self, order: int) -> Ints:
        """Return how many n-grams each row has."""
        return np.maximum(self.lengths - order + 1, 0)

    def keys(self, order: int, bit: int) -> Hashes:
        """Return row, n-gram and side of every n-gram packed into a number."""
        size = max(len(self.symbols) - order + 1, 0)
        hashed = np.zeros(size, dtype=np.uint64)
        for place in range(order):
            hashed = _scrambled(hashed ^ self.symbols[place : place + size])
        whole = self.rows[:size] == self.rows[order - 1 : order - 1 + size]
        gram = hashed[whole] >> np.uint64(64 - HASH_BITS)
        row = self.rows[:size][whole].astype(np.uint64)
        packed: Hashes = (row << np.uint64(HASH_BITS + 1)) | (gram << np.uint64(1)) | np.uint64(bit)
        return packed


def _scrambled(values: Hashes) -> Hashes:
    """Return values spread over 64 bits; a one-to-one map.

    Source: the finaliser of splitmix64, https://doi.org/10.1145/2714064.2660195.
    """
    values = (values + MIX) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def shared(first: Side, second: Side, order: int) -> Ints:
    """Return (N,) how many n-grams of that order row by row the two sides share, with repeats.

    N-grams are compared by 39-bit hashes inside their row: two different ones of a row of 1,000
    symbols are taken for the same with probability 1e-6.
    """
    keys = np.sort(np.concatenate([first.keys(order, 0), second.keys(order, 1)]))
    if not len(keys):
        return np.zeros(len(first.lengths), dtype=np.int64)
    grams = keys >> np.uint64(1)
    starts = np.flatnonzero(np.concatenate([[True], grams[1:] != grams[:-1]]))
    sizes = np.diff(np.append(starts, len(keys)))
    on_second = np.add.reduceat((keys & np.uint64(1)).astype(np.int64), starts)
    common = np.minimum(on_second, sizes - on_second)
    rows = (keys[starts] >> np.uint64(HASH_BITS + 1)).astype(np.int64)
    return np.bincount(rows, weights=common, minlength=len(first.lengths)).astype(np.int64)
