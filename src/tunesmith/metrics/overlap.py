"""Counts the n-grams that two texts share, for all rows at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Hashes: TypeAlias = NDArray[np.uint64]

BLOCK_SYMBOLS = 32_768  # are counted at once: what the processor's cache holds
BLOCK_ROWS = 8_192
HASH_BITS = 50  # 13 bits of row, 50 of n-gram, 1 of side
ROW, UNUSED = np.uint64(HASH_BITS + 1), np.uint64(64 - HASH_BITS)  # bits below, bits cut off
MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Side:
    """N texts as numbers, one a symbol (character, token), in one buffer."""

    lengths: Ints  # (N,) symbols of each text
    symbols: NDArray[np.integer]  # (sum of the lengths,)

    @classmethod
    def of(cls, texts: Sequence[Sequence[int]]) -> "Side":
        """Return the side of texts whose symbols are numbers already."""
        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        return cls(lengths, np.array([symbol for text in texts for symbol in text], dtype=np.int64))

    def __len__(self) -> int:
        return len(self.lengths)

    def counts(self, order: int) -> Ints:
        """Return (N,) how many n-grams each text has."""
        return np.maximum(self.lengths - order + 1, 0)

    def ends(self) -> Ints:
        """Return (N + 1,) where each text begins, and the end of the last."""
        return np.concatenate([[0], np.cumsum(self.lengths)])


def matches(first: Side, second: Side, orders: int) -> Ints:
    """Return (N, orders): how many n-grams of order 1, 2 … two texts share, with repeats.

    N-grams are compared by 50-bit hashes inside their row: some two of a row of 1,000 symbols are
    taken for the same with probability 1e-9.
    """
    found = np.zeros((len(first), orders), dtype=np.int64)
    for rows, symbols, texts in _blocks(first, second):
        size = rows.stop - rows.start
        for order, keys in enumerate(_keys(symbols, texts, orders)):
            found[rows, order] = _common(keys, size)
    return found


def distinct(side: Side, order: int) -> Ints:
    """Return (N,) how many different n-grams of one order each text has."""
    found = np.zeros(len(side), dtype=np.int64)
    empty = Side(np.zeros(len(side), dtype=np.int64), side.symbols[:0])
    for rows, symbols, texts in _blocks(side, empty):
        *_, keys = _keys(symbols, texts, order)
        keys = np.sort(keys)
        kinds = keys[np.flatnonzero(np.diff(keys, prepend=~keys[:1]))]
        found[rows] = np.bincount(_row(kinds), minlength=rows.stop - rows.start)
    return found


def packed_grams(first: Side, second: Side, orders: range) -> Iterator[tuple[slice, Hashes]]:
    """Yield some rows, and each n-gram of both their texts as a number.

    It packs the row, counted from the first of these, the hash of the n-gram (`HASH_BITS`), and 0
    for the first text or 1 for the second.
    """
    for rows, symbols, texts in _blocks(first, second):
        yield rows, np.concatenate([*_keys(symbols, texts, orders.stop - 1)][orders.start - 1 :])


def row_blocks(ends: Ints, symbols: int) -> Iterator[slice]:
    """Yield runs of rows that hold at most so many symbols together, at least one row each.

    Args:
        ends: (N + 1,) as `Side.ends` gives them.
        symbols: of a block.
    """
    start, last = 0, len(ends) - 1
    while start < last:
        fit = int(np.searchsorted(ends, ends[start] + symbols, side="right")) - 1
        stop = min(max(fit, start + 1), start + BLOCK_ROWS, last)
        yield slice(start, stop)
        start = stop


def _blocks(first: Side, second: Side) -> Iterator[tuple[slice, Hashes, Hashes]]:
    """Yield some rows, the symbols of both sides, and each symbol's text: row and side, packed.

    Rows are counted from the block's first.
    """
    sides, ends = (first, second), (first.ends(), second.ends())
    for rows in row_blocks(ends[0] + ends[1], BLOCK_SYMBOLS):
        numbers = np.arange(rows.stop - rows.start, dtype=np.uint64) << ROW
        symbols, texts = [], []
        for bit, (side, end) in enumerate(zip(sides, ends, strict=True)):
            symbols.append(side.symbols[end[rows.start] : end[rows.stop]].astype(np.uint64))
            texts.append(np.repeat(numbers | np.uint64(bit), side.lengths[rows]))
        yield rows, scrambled(np.concatenate(symbols)), np.concatenate(texts)


def _keys(symbols: Hashes, texts: Hashes, orders: int) -> Iterator[Hashes]:
    """Yield, order by order, row, n-gram and side of every n-gram packed into one number."""
    hashed = scrambled(symbols)
    for order in range(1, orders + 1):
        if order > 1:
            hashed = scrambled(hashed[:-1] ^ symbols[order - 1 :])
        first, last = texts[: len(hashed)], texts[order - 1 :]
        grams = hashed >> UNUSED
        grams <<= np.uint64(1)
        grams |= first
        yield grams[first == last] if order > 1 else grams


def _common(keys: Hashes, size: int) -> Ints:
    """Return (size,) for each row of a block how many n-grams its two texts share.

    Sorted, an n-gram of both texts is the first's, with repeats, then the second's.
    """
    keys = np.sort(keys)
    last = np.flatnonzero((keys[1:] ^ keys[:-1]) == 1)  # of the first's; the next is the second's
    common = np.ones(len(last), dtype=np.int64)
    beyond = keys[np.minimum(last + 2, len(keys) - 1)]
    often = np.flatnonzero((keys[last - 1] == keys[last]) & (beyond == keys[last + 1]))
    at = last[often]
    firsts = at + 1 - np.searchsorted(keys, keys[at])
    seconds = np.searchsorted(keys, keys[at + 1], side="right") - at - 1
    common[often] = np.minimum(firsts, seconds)
    return np.bincount(_row(keys[last]), weights=common, minlength=size).astype(np.int64)


def _row(keys: Hashes) -> Ints:
    """Return the row of each n-gram."""
    return (keys >> ROW).astype(np.int64)


def scrambled(values: Hashes) -> Hashes:
    """Return values spread over 64 bits; a one-to-one map.

    Source: the finaliser of splitmix64, https://doi.org/10.1145/2714064.2660195.
    """
    values = (values + MIX) * np.uint64(0xBF58476D1CE4E5B9)
    values ^= values >> np.uint64(27)
    values *= np.uint64(0x94D049BB133111EB)
    values ^= values >> np.uint64(31)
    return values
