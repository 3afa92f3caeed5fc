"""Texts as sparse vectors of hashed words and word pairs, in any script, without a vocabulary."""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Hashes: TypeAlias = NDArray[np.uint64]
Columns: TypeAlias = NDArray[np.int32]
Weights: TypeAlias = NDArray[np.float32]

BITS = 22  # of a feature's number: with fewer, the rare pairs of 100,000 texts fill every column
SHIFT = np.uint64(64 - BITS)
STEM = 4  # letters; a longer word counts by these too, so that "cards" is somewhat like "card"
CJK = 0x3040  # from here on every character is a word
FIRST, LAST = "\x02", "\x03"  # a text's edges are words, so its first word has a pair
TYPICAL = 33.0  # length of the vector of thirty words that are neither rare nor common
EVENING = 0.4  # of rows long and short: 1 would make all of one length, 0 leave them as they are
CHUNK_CHARS = 250_000  # its arrays stay in the processor's cache
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
PAIR = np.uint64(3)
UNKNOWN = -1  # the number of a feature that is left out


class Words(NamedTuple):
    """The words of some texts in a row: hash, hash of the stem (0 for short ones), and text."""

    whole: Hashes
    stem: Hashes
    text: Ints


class Counted(NamedTuple):
    """How many features each text has, and, text by text, their columns and counts."""

    sizes: Ints
    columns: Columns
    counts: Weights


def hashed_words(texts: Sequence[str], least_texts: int = 2) -> Any:
    """Return one row of TF-IDF weights for each text, a float32 CSR matrix (texts, features).

    Words (without case), pairs of neighbours, and the first letters of longer words count; a
    CJK character is a word, and so is a punctuation mark. Equal texts give equal rows; two
    features meet in one column by chance now and then.

    Args:
        texts: any texts; one without a word has an empty row.
        least_texts: features of fewer texts are left out: nothing can be learned from them.
    """
    from scipy.sparse import csr_matrix

    chunks = [_counted(chunk) for chunk in _chunks(texts)]
    within = np.bincount(np.concatenate([one.columns for one in chunks]), minlength=2**BITS)
    known = np.flatnonzero(within >= least_texts)
    numbers = np.full(2**BITS, UNKNOWN, dtype=np.int32)
    numbers[known] = np.arange(len(known))
    rarity = (np.log((1 + len(texts)) / (1 + within[known])) + 1).astype(np.float32)
    weighed = [_weighed(counted, numbers, rarity) for counted in chunks]
    weights, columns, sizes = (np.concatenate(part) for part in zip(*weighed, strict=True))
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    return _evened(csr_matrix((weights, columns, starts), shape=(len(texts), len(known))))


def _weighed(counted: Counted, numbers: Columns, rarity: Weights) -> tuple[Weights, Columns, Ints]:
    """Return the weights and columns of the features that are known, and how many each text has."""
    columns = numbers.take(counted.columns, mode="clip")
    kept = columns != UNKNOWN
    ends = np.cumsum(counted.sizes)
    sizes = np.diff(np.concatenate([[0], np.cumsum(kept)])[ends], prepend=0)
    columns = columns[kept]
    weights = (1 + np.log(counted.counts[kept])) * rarity[columns]
    return weights, columns, sizes


def _evened(matrix: Any) -> Any:
    """Divide each row by a power of its length: a text twice as long tells more, not twice so."""
    squares = np.asarray(squared(matrix).sum(axis=1)).ravel() / TYPICAL**2
    lengths = TYPICAL * np.where(squares > 0, squares, 1) ** (EVENING / 2)
    matrix.data /= np.repeat(lengths.astype(np.float32), np.diff(matrix.indptr))
    return matrix


def squared(matrix: Any) -> Any:
    """Return a CSR matrix with each weight squared: `multiply`, in a fifth of its time."""
    return type(matrix)((matrix.data**2, matrix.indices, matrix.indptr), shape=matrix.shape)


def _chunks(texts: Sequence[str]) -> list[list[str]]:
    """Cut the texts, with their edges, into runs of about `CHUNK_CHARS` characters."""
    framed = [f"{FIRST}{text.lower()}{LAST}" for text in texts]
    ends = np.cumsum([len(text) for text in framed]) // CHUNK_CHARS
    cuts = [0, *(np.flatnonzero(np.diff(ends)) + 1).tolist(), len(framed)]
    return [framed[start:end] for start, end in pairwise(cuts)]


def _counted(texts: list[str]) -> Counted:
    """Return the features of some texts."""
    words = _words(texts)
    pair = (words.whole[:-1] * PAIR + words.whole[1:]) * GOLDEN
    paired = words.text[:-1] == words.text[1:]
    long = words.stem != 0
    found = np.concatenate([words.whole, pair[paired], words.stem[long]])
    owner = np.concatenate([words.text, words.text[:-1][paired], words.text[long]])
    keys = np.sort((owner.astype(np.uint64) << np.uint64(BITS)) | (found >> SHIFT))
    first = np.flatnonzero(np.diff(keys, prepend=~keys[:1]))
    counts = np.diff(first, append=len(keys)).astype(np.float32)
    keys = keys[first]
    sizes = np.bincount((keys >> np.uint64(BITS)).astype(np.int64), minlength=len(texts))
    return Counted(sizes, (keys & np.uint64(2**BITS - 1)).astype(np.int32), counts)


def _words(texts: list[str]) -> Words:
    """Hash every word: the sum of its characters, each mixed with its place in the word."""
    encoded = "".join(texts).encode("utf-32-le", "surrogatepass")
    code = np.frombuffer(encoded, dtype=np.uint32).astype(np.int64)
    letter, space = (table[np.minimum(code, CJK)] for table in _tables())
    begins = ~space & ~(letter & np.concatenate([[False], letter[:-1]]))
    starts = np.flatnonzero(begins)
    place = np.arange(len(code)) - np.repeat(starts, np.diff(starts, append=len(code)))
    mixed = _mixed((code + (place << 21)).astype(np.uint64))
    mixed[space] = 0
    whole = _mixed(np.add.reduceat(mixed, starts))
    mixed[place >= STEM] = 0
    stem = np.add.reduceat(mixed, starts) * GOLDEN
    long = np.zeros(len(starts), dtype=bool)
    fifth = np.flatnonzero(letter & (place == STEM))
    long[np.searchsorted(starts, fifth - STEM)] = True
    owner = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    return Words(whole, np.where(long, stem, np.uint64(0)), owner[starts])


def _mixed(values: Hashes) -> Hashes:
    """Spread numbers over 64 bits."""
    values = values * GOLDEN
    return (values ^ (values >> np.uint64(29))) * GOLDEN


@cache
def _tables() -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which characters below `CJK` build words, and which are spaces."""
    chars = [chr(code) for code in range(CJK)]
    letter = [char.isalnum() or char == "'" for char in chars]
    space = [char.isspace() for char in chars]
    return np.array([*letter, False]), np.array([*space, False])
