"""Texts as TF-IDF vectors of character n-grams, whole columns at once: a tenth of the time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunesmith.metrics.columns import chunks, together
from tunesmith.metrics.overlap import HASH_BITS, ROW, Hashes, Side, packed_grams
from tunesmith.stats.resample import Floats
from tunesmith.text.vectors import MOST_GRAMS, ORDERS, SPACES, masked

GRAM = np.uint64((1 << HASH_BITS) - 1)
ONE = np.uint64(1)
FIRST_BITS = 20  # of a hash: by these an n-gram is looked up
REST = np.uint64(HASH_BITS - FIRST_BITS)
PLACE_BITS, PLACE = np.uint32(16), np.uint32(0xFFFF)  # of an n-gram among those that count


@dataclass(frozen=True)
class Grams:
    """The V n-grams that count, in the form in which they are found fast."""

    hashes: Hashes  # (V + 1,) that rise, the last beyond all others
    begins: NDArray[np.int32]  # (2^20,) the place of the first that begins with these bits, or -1

    @classmethod
    def of(cls, hashes: Hashes) -> "Grams":
        """Return n-grams by their hashes, which rise."""
        first, starts = np.unique(hashes >> REST, return_index=True)
        begins = np.full(1 << FIRST_BITS, -1, dtype=np.int32)
        begins[first] = starts
        return cls(np.append(hashes, ~np.uint64(0)), begins)

    def counted(self, blocks: Iterable[tuple[slice, Hashes]], size: int) -> Any:
        """Return how often each of `size` texts has each n-gram: a sparse matrix (size, V)."""
        from scipy.sparse import csr_matrix

        counts, places, rows = [], [], []
        for block, packed in blocks:
            found = self._places(_gram(packed))
            some = found >= 0
            row = (packed[some] >> ROW).astype(np.uint32)
            keys = np.sort(row << PLACE_BITS | found[some].astype(np.uint32))
            starts = np.flatnonzero(np.diff(keys, prepend=~keys[:1]))
            counts.append(np.diff(starts, append=len(keys)))
            keys = keys[starts]
            places.append(keys & PLACE)
            rows.append(np.bincount(keys >> PLACE_BITS, minlength=block.stop - block.start))
        ends = np.concatenate([[0], np.cumsum(np.concatenate(rows))])
        data = np.concatenate(counts).astype(np.float64)
        shape = (size, len(self.hashes) - 1)
        return csr_matrix((data, np.concatenate(places).astype(np.int32), ends), shape=shape)

    def _places(self, grams: Hashes) -> NDArray[np.int32]:
        """Return the place of each n-gram, -1 where it does not count."""
        places: NDArray[np.int32] = self.begins[grams >> REST]
        others = np.flatnonzero((self.hashes[places] != grams) & (places >= 0))
        found = np.searchsorted(self.hashes, grams[others])  # none, or not the first of these
        places[others] = np.where(self.hashes[found] == grams[others], found, -1)
        return places


class GramVectors:
    """What makes vectors, from the texts that decide which n-grams count and what they weigh.

    Equal to scikit-learn 1.9's TfidfVectorizer as `fit_vectors` has it, but for the order of the
    columns: the most frequent 50,000 n-grams count, weighed by how few texts have them. Of those
    that are as frequent as the last, these are the ones of the lowest hash; there, any.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        blocks = list(_blocks(texts))
        hashes, counts = np.unique(
            _gram(np.concatenate([packed for _, packed in blocks])), return_counts=True
        )
        commonest = np.argsort(-counts, kind="stable")[:MOST_GRAMS]
        self.grams = Grams.of(hashes[np.sort(commonest)])
        matrix = self.grams.counted(blocks, len(texts))
        found_in = np.bincount(matrix.indices, minlength=matrix.shape[1])
        self.weights: Floats = np.log((1 + len(texts)) / (1 + found_in)) + 1
        self.own = self._weighed(matrix)  # (N, V) the vectors of these texts

    def __call__(self, texts: Sequence[str]) -> Any:
        """Return vectors of length 1 as a sparse matrix (texts, V); of no n-gram, of length 0."""
        return self._weighed(self.grams.counted(_blocks(texts), len(texts)))

    def _weighed(self, counts: Any) -> Any:
        """Turn counts into vectors, in place."""
        counts.data = (1 + np.log(counts.data)) * self.weights[counts.indices]
        rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        lengths = np.sqrt(np.bincount(rows, counts.data**2, minlength=counts.shape[0]))
        counts.data /= lengths[rows]
        return counts


def _gram(packed: Hashes) -> Hashes:
    """Return the n-grams of packed ones."""
    return (packed >> ONE) & GRAM


def _blocks(texts: Sequence[str]) -> Iterator[tuple[slice, Hashes]]:
    """Yield the n-grams of some texts at a time, packed."""
    side = together(_characters(some, between) for some, between in chunks(texts))
    empty = Side(np.zeros(len(side), dtype=np.int64), side.symbols[:0])
    return packed_grams(side, empty, ORDERS)


def _characters(texts: Sequence[str], between: str) -> Side:
    """Return the characters of texts, none of which holds `between`, with a space at either end."""
    joined = "".join(f" {text} {between}" for text in texts)
    plain = SPACES.sub(" ", masked(joined).lower())
    codes = np.frombuffer(plain.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    joints = codes == ord(between)
    ends = np.flatnonzero(joints) - np.arange(len(texts))
    return Side(np.diff(ends, prepend=0), codes[~joints])
