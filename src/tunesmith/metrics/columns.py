"""Columns of texts as numbered tokens: all texts at once, a tenth of the time of one by one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tunesmith.metrics.overlap import Hashes, Ints, Side, scrambled
from tunesmith.metrics.tokens import (
    AFTER_STOP,
    SENTENCE_ENDS,
    is_own_token,
    is_word_character,
    normalised,
)

Bools = NDArray[np.bool_]

COLUMNS = 4  # that stay split: those of three models and their references
CHARACTERS = 250_000  # are split at once: what the processor's cache holds
PRIVATE = (range(0xE000, 0xF900), range(0xF0000, 0xFFFFE))  # code points that mean nothing
WORD, ALONE, END, STOP, AFTER = (1 << bit for bit in range(5))  # what a character can be
BASE = 0x9E3779B97F4A7C15
INVERSE = pow(BASE, -1, 1 << 64)


@dataclass(frozen=True)
class Tokens:
    """The tokens of N texts, and the sentences that they form."""

    side: Side
    sentences: Side  # the same symbols, one text a sentence
    sentences_of: Ints  # (N,) how many of the sentences each text has


class Characters(NamedTuple):
    """The characters of texts that are joined: a number for each, its bits, and the joints."""

    numbers: Hashes
    bits: NDArray[np.uint8]
    joints: Bools  # True where a text ends


@lru_cache(maxsize=COLUMNS)
def tokens_of(texts: tuple[str, ...]) -> Tokens:
    """Return the tokens of every text, as `tokens` splits it.

    A sentence ends with its line and with one of 。！？!?; a full stop ends it only before white
    space, a bracket or quote, or the end of the text, for it stands in 3.5 and example.org too.
    """
    parts = [_tokens(*some) for some in chunks(texts)]
    return Tokens(
        together(part.side for part in parts),
        together(part.sentences for part in parts),
        np.concatenate([part.sentences_of for part in parts]),
    )


def _tokens(texts: Sequence[str], between: str) -> Tokens:
    """Return the tokens of some texts, which `between` joins."""
    read = characters(normalised("".join(text + between for text in texts)), between, _token_bits)
    ends = (read.bits & END > 0) | read.joints
    ends[:-1] |= (read.bits[:-1] & STOP > 0) & ((read.bits[1:] & AFTER > 0) | read.joints[1:])
    symbols, starts = runs(read.numbers, read.bits & WORD > 0, read.bits & ALONE > 0)
    return Tokens(
        Side(counts(starts, read.joints), symbols),
        Side(counts(starts, ends), symbols),
        counts(ends, read.joints),
    )


@lru_cache(maxsize=1 << 16)
def _token_bits(char: str) -> int:
    """Return what a character can be among tokens."""
    kind = ALONE if is_own_token(char) else WORD if is_word_character(char) else 0
    kind |= END if char in SENTENCE_ENDS else STOP if char == "." else 0
    return kind | (AFTER if char in AFTER_STOP or char.isspace() else 0)


def words_of(text: str, between: str) -> Side:
    """Return the words of texts, each of which ends with `between`; white space parts words."""
    read = characters(text, between, _word_bits)
    symbols, starts = runs(read.numbers, read.bits & WORD > 0, read.joints & False)
    return Side(counts(starts, read.joints), symbols)


def _word_bits(char: str) -> int:
    """Return what a character can be where white space alone parts words."""
    return 0 if char.isspace() else WORD


def together(sides: Iterable[Side]) -> Side:
    """Return sides one after the other as one."""
    lengths, symbols = zip(*((side.lengths, side.symbols) for side in sides), strict=True)
    return Side(np.concatenate(lengths), np.concatenate(symbols))


def chunks(texts: Sequence[str]) -> Iterator[tuple[Sequence[str], str]]:
    """Yield texts, so many as may be split at once, with a character that none of them holds."""
    sizes = np.cumsum([len(text) for text in texts])
    start = 0
    while start < len(texts):
        before = sizes[start - 1] if start else 0
        stop = max(int(np.searchsorted(sizes, before + CHARACTERS, side="right")), start + 1)
        yield texts[start:stop], separator("".join(texts[start:stop]))
        start = stop


def separator(text: str) -> str:
    """Return a character that means nothing and that a text does not hold."""
    return next(char for char in map(chr, chain(*PRIVATE)) if char not in text)


def characters(text: str, between: str, bits_of: Callable[[str], int]) -> Characters:
    """Return the characters of texts joined by `between`, which has no bit; asks once for each."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    present = np.flatnonzero(np.bincount(codes))
    bits = np.zeros(present[-1] + 1, dtype=np.uint8)
    bits[present] = [bits_of(chr(code)) for code in present]
    bits[ord(between)] = 0
    numbers = np.zeros(len(bits), dtype=np.uint64)
    numbers[present] = scrambled(present.astype(np.uint64))
    return Characters(numbers[codes], bits[codes], codes == ord(between))


def runs(numbers: Hashes, word: Bools, alone: Bools) -> tuple[Hashes, Bools]:
    """Return a hash of each run of `word` characters and each `alone` one, and where they start.

    It is the polynomial of the run in an odd base modulo 2^64, from sums over all that is before.
    Two of a million words share one with probability 1e-7.
    """
    starts, ends = word.copy(), word.copy()
    starts[1:] &= ~word[:-1]
    ends[:-1] &= ~word[1:]
    starts |= alone
    ends |= alone
    first, after = np.flatnonzero(starts), np.flatnonzero(ends) + 1
    sums = np.zeros(len(numbers) + 1, dtype=np.uint64)
    np.cumsum(numbers * _powers(BASE, len(numbers)), out=sums[1:])
    return (sums[after] - sums[first]) * _powers(INVERSE, len(numbers))[first], starts


def counts(marked: Bools, ends: Bools) -> Ints:
    """Return how many marked places lie between one end and the next, each end included."""
    totals = np.cumsum(marked)[ends]
    return np.diff(totals, prepend=0)


def _powers(base: int, size: int) -> Hashes:
    """Return the first powers of a base modulo 2^64."""
    return _many_powers(base, max(size, 2 * CHARACTERS))[:size]


@lru_cache(maxsize=2)
def _many_powers(base: int, size: int) -> Hashes:
    """Return as many powers as most chunks need."""
    powers = np.full(size, base, dtype=np.uint64)
    powers[0] = 1
    return np.cumprod(powers)
