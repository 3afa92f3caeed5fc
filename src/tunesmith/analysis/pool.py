"""The subsets that discovery tries: single predicates, and two of them together."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from tunesmith.slices import MIN_ROWS, Mask

LEAST_SHARE = 0.01  # of the rows; a smaller subset is no slice
MOST_PLAIN, MOST_OTHER = 0.9, 0.5  # of the rows; a larger subset is the rest
TERMS_PAIRED = 150
MOST_PAIRS = 5000
MOST_CELLS = 100_000_000  # of their masks: from 20,000 rows on there are fewer pairs
NEARLY = 0.9  # a pair that keeps so much of a part says nothing new


class Predicate(NamedTuple):
    """A named subset of the test rows.

    Attributes:
        name: readable, such as `lang=zh` or `prompt has "退款"`.
        family: what it asks about; two of one family are not combined.
        tier: 0 single, 1 a term or group of questions, 2 two plain ones together, 3 a plain one
            and a term: the higher, the more others were tried with it.
        mask: (N,).
    """

    name: str
    family: str
    tier: int
    mask: Mask


class Pool(NamedTuple):
    """All predicates with different rows, and the same as a float32 CSR matrix (M, N)."""

    predicates: list[Predicate]
    members: Any


def make_pool(plain: Iterable[Predicate], terms: Iterable[Predicate], size: int) -> Pool:
    """Return the pool of plain predicates, terms, and pairs of them.

    Nothing here looks at a score, so shuffled scores show what the search finds by chance. Of
    predicates with the same rows the first stays.

    Args:
        plain: of columns, lengths and the like; those that params.yaml asks for come first.
        terms: words and clusters, the commonest first.
        size: N test rows.
    """
    least = max(MIN_ROWS, round(LEAST_SHARE * size))
    seen: set[bytes] = set()
    singles = list(_fresh(plain, seen, least, MOST_PLAIN * size))
    words = list(_fresh(terms, seen, least, MOST_OTHER * size))
    pairs = _fresh(_pairs(singles, words, least), seen, least, MOST_OTHER * size)
    kept = [*singles, *words, *islice(pairs, min(MOST_PAIRS, MOST_CELLS // size))]
    return Pool(kept, _matrix(kept, size))


def _fresh(
    found: Iterable[Predicate], seen: set[bytes], least: float, most: float
) -> Iterator[Predicate]:
    """Yield predicates of a fit size whose rows no earlier one has."""
    for one in found:
        rows = int(one.mask.sum())
        key = np.packbits(one.mask).tobytes()
        if least <= rows <= most and key not in seen:
            seen.add(key)
            yield one


def _pairs(plain: list[Predicate], terms: list[Predicate], least: int) -> Iterator[Predicate]:
    """Yield two predicates together, plain ones first, where both matter."""
    plain = [one for one in plain if one.tier == 0]
    others = [*plain, *terms[:TERMS_PAIRED]]
    sizes = np.array([one.mask.sum() for one in others])
    members = _matrix(others, len(plain[0].mask) if plain else 0)
    for place, first in enumerate(plain):
        both = np.asarray(members @ first.mask.astype(np.float32)).ravel()
        fit = (both >= least) & (both < NEARLY * np.minimum(sizes, sizes[place]))
        for other in np.flatnonzero(fit):
            second = others[int(other)]
            if other > place and second.family != first.family:
                name = f"{first.name} and {second.name}"
                yield Predicate(name, "", 2 + second.tier, first.mask & second.mask)


def _matrix(predicates: list[Predicate], size: int) -> Any:
    """Return the masks as a sparse matrix of ones."""
    from scipy.sparse import csr_matrix

    rows = [np.flatnonzero(one.mask) for one in predicates]
    starts = np.concatenate([[0], np.cumsum([len(some) for some in rows])])
    columns = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
    ones = np.ones(len(columns), dtype=np.float32)
    return csr_matrix((ones, columns.astype(np.int32), starts), shape=(len(predicates), size))
