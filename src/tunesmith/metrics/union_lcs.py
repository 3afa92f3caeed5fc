"""Which reference tokens lie on a longest common subsequence with some predicted sentence.

The tables of many pairs of sentences are kept as bits (64 columns a word) and walked back side
by side, so that ten thousand answers cost a fraction of a second.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tunesmith.metrics.columns import Tokens
from tunesmith.metrics.overlap import Hashes, Ints, Side, row_blocks

WIDTH = 64  # tokens of a predicted sentence that fit one word; longer ones go alone
PAIRS = 4096  # of about equal length, walked at once: what the processor's cache holds
CELLS = 1_000_000  # of the tables that are in memory at once
BLOCK_PAIRS = 65_536  # are in memory at once
LOW = np.array([(1 << bits) - 1 for bits in range(WIDTH + 1)], dtype=np.uint64)


class _Sentences(NamedTuple):
    """S sentences of N rows: where each begins, its tokens, and how many each row has."""

    start: Ints  # (S,)
    size: Ints  # (S,)
    of_row: Ints  # (N,)


class _Pairs(NamedTuple):
    """Pairs of a reference sentence and a predicted one: where each begins, and its tokens."""

    expected_start: Ints
    expected_size: Ints
    predicted_start: Ints
    predicted_size: Ints

    def taken(self, places: Ints) -> "_Pairs":
        """Return some of them."""
        return _Pairs(*(column[places] for column in self))


def union_lcs(predicted: Tokens, expected: Tokens) -> NDArray[np.bool_]:
    """Mark the tokens of all references that are on the union of longest common subsequences.

    Of several longest ones, the same is taken as by rouge_score 0.1.2.

    Source: section 3.2 of Lin 2004, https://aclanthology.org/W04-1013.

    Returns:
        (tokens of all references,)
    """
    marked = np.zeros(len(expected.side.symbols), dtype=bool)
    for pairs in _pairs(_sentences(predicted), _sentences(expected)):
        for some in _together(pairs):
            marked[_walked(some, predicted.side.symbols, expected.side.symbols)] = True
        for pair in zip(*pairs.taken(np.flatnonzero(pairs.predicted_size > WIDTH)), strict=True):
            marked[_alone(pair, predicted.side, expected.side)] = True
    return marked


def _together(pairs: _Pairs) -> Iterator[_Pairs]:
    """Yield the pairs that fit one word, from short to long, as many as may be walked at once."""
    short = np.flatnonzero(pairs.predicted_size <= WIDTH)
    order = short[np.argsort(pairs.expected_size[short], kind="stable")]
    while len(order):
        longest = int(pairs.expected_size[order[:PAIRS]].max())
        size = max(min(PAIRS, CELLS // longest), 1)
        yield pairs.taken(order[:size])
        order = order[size:]


def _sentences(tokens: Tokens) -> _Sentences:
    """Return the sentences that have a token; a blank line has none."""
    some = tokens.sentences.lengths > 0
    row = np.repeat(np.arange(len(tokens.sentences_of)), tokens.sentences_of)[some]
    return _Sentences(
        tokens.sentences.ends()[:-1][some],
        tokens.sentences.lengths[some],
        np.bincount(row, minlength=len(tokens.sentences_of)),
    )


def _pairs(predicted: _Sentences, expected: _Sentences) -> Iterator[_Pairs]:
    """Yield every reference sentence with every predicted sentence of its row, some at a time.

    The predicted ones of a reference sentence stay together: a block holds more pairs than
    `BLOCK_PAIRS` only if one row has so many predicted sentences.
    """
    partners = np.repeat(predicted.of_row, expected.of_row)
    first = np.repeat(np.cumsum(predicted.of_row) - predicted.of_row, expected.of_row)
    for block in row_blocks(np.concatenate([[0], np.cumsum(partners)]), BLOCK_PAIRS):
        sizes = partners[block]
        within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        ours = np.repeat(first[block], sizes) + within
        yield _Pairs(
            np.repeat(expected.start[block], sizes),
            np.repeat(expected.size[block], sizes),
            predicted.start[ours],
            predicted.size[ours],
        )


def _walked(pairs: _Pairs, predicted: NDArray[np.integer], expected: NDArray[np.integer]) -> Ints:
    """Return the places of the reference tokens that P pairs have in common.

    Row i of a table holds a 0 bit in column j where token j lengthens the longest common
    subsequence of the first i reference tokens; Hyyrö 2004's recurrence.
    """
    equal = _equal(pairs, predicted, expected)
    rows = np.full((len(equal) + 1, len(pairs.expected_start)), ~np.uint64(0))
    for i, same in enumerate(equal):
        both = rows[i] & same
        rows[i + 1] = (rows[i] + both) | (rows[i] - both)
    return _read_back(rows, equal, pairs)


def _equal(pairs: _Pairs, predicted: NDArray[np.integer], expected: NDArray[np.integer]) -> Hashes:
    """Return (M, P): which predicted tokens equal the reference's i-th, one bit each."""
    width = int(pairs.predicted_size.max())
    tokens_PW = predicted[_places(pairs.predicted_start, width, len(predicted))]
    inside = LOW[pairs.predicted_size]
    longest = int(pairs.expected_size.max())
    tokens_PM = expected[_places(pairs.expected_start, longest, len(expected))]
    packed = np.zeros((longest, len(inside), 8), dtype=np.uint8)
    for i in range(longest):
        bits = np.packbits(tokens_PW == tokens_PM[:, i : i + 1], axis=1, bitorder="little")
        packed[i, :, : bits.shape[1]] = bits
    return packed.view("<u8")[..., 0].astype(np.uint64, copy=False) & inside


def _places(starts: Ints, width: int, size: int) -> Ints:
    """Return (P, width) places from each start on, none beyond the buffer."""
    places: Ints = np.minimum(starts[:, None] + np.arange(width), size - 1)
    return places


def _read_back(rows: Hashes, equal: Hashes, pairs: _Pairs) -> Ints:
    """Walk the tables of P pairs back from their ends; return the places that they have in common.

    At two different tokens the walk goes along the prediction if that alone keeps the length.
    """
    i, j = pairs.expected_size.copy(), pairs.predicted_size.copy()
    pair = np.arange(len(i))
    found = []
    while len(pair):
        same = (equal[i - 1, pair] >> (j - 1).astype(np.uint64)) & np.uint64(1) > 0
        left = np.bitwise_count(~rows[i, pair] & LOW[j - 1])
        above = np.bitwise_count(~rows[i - 1, pair] & LOW[j])
        along = ~same & (left > above)
        found.append(pairs.expected_start[pair[same]] + i[same] - 1)
        i, j = i - ~along, j - (same | along)
        on = (i > 0) & (j > 0)
        i, j, pair = i[on], j[on], pair[on]
    return np.concatenate(found)


def _alone(pair: Sequence[np.int64], predicted: Side, expected: Side) -> list[int]:
    """Return the places that one pair of sentences of any length has in common."""
    start, size, other, width = map(int, pair)
    theirs = expected.symbols[start : start + size].tolist()
    ours = predicted.symbols[other : other + width].tolist()
    places: dict[int, int] = {}
    for j, token in enumerate(ours):
        places[token] = places.get(token, 0) | 1 << j
    low = (1 << width) - 1
    rows = [low]
    for token in theirs:
        both = rows[-1] & places.get(token, 0)
        rows.append(((rows[-1] + both) | (rows[-1] - both)) & low)
    found, i, j = [], size, width
    while i and j:
        if theirs[i - 1] == ours[j - 1]:
            i, j = i - 1, j - 1
            found.append(start + i)
        elif _zeros(rows[i], j - 1) > _zeros(rows[i - 1], j):
            j -= 1
        else:
            i -= 1
    return found


def _zeros(row: int, bits: int) -> int:
    """Return how many of the lowest bits are 0: the length of a longest common subsequence."""
    return bits - (row & ((1 << bits) - 1)).bit_count()
