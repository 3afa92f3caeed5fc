"""Many texts as one row of code points, so that numpy looks each character up, not Python."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Codes: TypeAlias = NDArray[np.uint16]  # of the first plane
Marks: TypeAlias = NDArray[np.uint8]
Ints: TypeAlias = NDArray[np.int64]

CHUNK_TEXTS = 512  # the arrays of a chunk stay in the processor's cache
BEYOND = 0x10000  # the place in a table of every character outside of the first plane
PLAIN = (  # ASCII, · — ‘ ’ “ ” …, CJK punctuation, ideographs, full-width ASCII: none joins another
    range(0x80),
    range(0xB7, 0xB8),
    range(0x2014, 0x2015),
    range(0x2018, 0x201A),
    range(0x201C, 0x201E),
    range(0x2026, 0x2027),
    range(0x3000, 0x302A),
    range(0x3030, 0x3040),
    range(0x4E00, 0xA000),
    range(0xFF01, 0xFF5F),
)


class Chunk(NamedTuple):
    """Some texts, each followed by a line feed, as code points."""

    texts: Sequence[str]
    codes: Ints
    ends: Ints  # where the line feed after each text stands


def chunks(texts: Sequence[str]) -> Iterator[Chunk]:
    """Yield the texts, `CHUNK_TEXTS` at a time."""
    for start in range(0, len(texts), CHUNK_TEXTS):
        some = texts[start : start + CHUNK_TEXTS]
        encoded = ("\n".join(some) + "\n").encode("utf-32-le", "surrogatepass")
        codes = np.frombuffer(encoded, dtype=np.uint32).astype(np.int64)  # what take() wants
        lengths = np.fromiter(map(len, some), np.int64, len(some))
        yield Chunk(some, codes, np.cumsum(lengths + 1) - 1)


@lru_cache(maxsize=16)
def _table(value_of: Callable[[str], int], other: int) -> Codes:
    """Return what `value_of` says of each of the `PLAIN` characters; `other` for all others."""
    values = np.full(BEYOND + 1, other, dtype=np.uint16)
    for some in PLAIN:
        values[some] = [value_of(chr(code)) for code in some]
    return values


@lru_cache(maxsize=16)
def _narrow_table(value_of: Callable[[str], int], other: int) -> Marks:
    """Return the same in a byte each, which stays in the fastest cache."""
    return _table(value_of, other).astype(np.uint8)


def codes_of(codes: Ints, value_of: Callable[[str], int], other: int) -> Codes:
    """Return the character that `value_of` puts in place of each; see `marks_by`."""
    return _table(value_of, other).take(codes, mode="clip")


def marks_by(codes: Ints, value_of: Callable[[str], int], other: int) -> Marks:
    """Return the bits, at most eight, that `value_of` says of each character.

    Args:
        codes: of a chunk.
        value_of: asked once about each of the `PLAIN` characters.
        other: the bits of all other characters.
    """
    return _narrow_table(value_of, other).take(codes, mode="clip")


def any_of(marks: Marks, ends: Ints) -> Marks:
    """Return, for each text of a chunk, the bits that some character of it, or its end, has."""
    return np.bitwise_or.reduceat(marks, np.concatenate([[0], ends[:-1] + 1]))


def marks_of(texts: Sequence[str], value_of: Callable[[str], int], other: int) -> list[int]:
    """Return, for each text, the bits that some character of it has; see `marks_by`."""
    found: list[int] = []
    for chunk in chunks(texts):
        marks = marks_by(chunk.codes, value_of, other)
        marks[chunk.ends] = 0
        found += any_of(marks, chunk.ends).tolist()
    return found
