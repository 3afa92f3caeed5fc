"""Many texts as one row of code points, so that numpy looks each character up, not Python."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Codes: TypeAlias = NDArray[np.uint32]
Ints: TypeAlias = NDArray[np.int64]

CHUNK_TEXTS = 2048
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
    codes: Codes  # none above `BEYOND`
    ends: Ints  # where the line feed after each text stands


def chunks(texts: Sequence[str]) -> Iterator[Chunk]:
    """Yield the texts, `CHUNK_TEXTS` at a time."""
    for start in range(0, len(texts), CHUNK_TEXTS):
        some = texts[start : start + CHUNK_TEXTS]
        encoded = ("\n".join(some) + "\n").encode("utf-32-le", "surrogatepass")
        codes = np.minimum(np.frombuffer(encoded, dtype=np.uint32), np.uint32(BEYOND))
        lengths = np.fromiter(map(len, some), np.int64, len(some))
        yield Chunk(some, codes, np.cumsum(lengths + 1) - 1)


@lru_cache(maxsize=16)
def table(value_of: Callable[[str], int], other: int) -> Codes:
    """Return what `value_of` says of each of the `PLAIN` characters; `other` for all others."""
    values = np.full(BEYOND + 1, other, dtype=np.uint32)
    for some in PLAIN:
        values[some] = [value_of(chr(code)) for code in some]
    return values


def any_of(marks: Codes, ends: Ints) -> Codes:
    """Return, for each text of a chunk, the bits that some character of it, or its end, has."""
    return np.bitwise_or.reduceat(marks, np.concatenate([[0], ends[:-1] + 1]))


def marks_of(texts: Sequence[str], value_of: Callable[[str], int], other: int) -> list[int]:
    """Return, for each text, the bits of `value_of` that some character of it has; see `table`."""
    found: list[int] = []
    for chunk in chunks(texts):
        marks = table(value_of, other)[chunk.codes]
        marks[chunk.ends] = 0
        found += any_of(marks, chunk.ends).tolist()
    return found
