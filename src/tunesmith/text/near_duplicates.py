"""Finds near-duplicate texts: candidates by MinHash over character 3-grams, each pair verified.

A shared bucket alone says nothing: of template texts it would merge half. Every pair that is
returned was compared by rapidfuzz.
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tunesmith.text.minhash import Hashes, Ints, band_keys, buckets
from tunesmith.text.normalise import folded

Pair: TypeAlias = tuple[int, int, float]

WINDOW = 4  # neighbours that a text is compared with in a bucket larger than this
SHORT_CHARS = 32  # here one edit touches most 3-grams, so these are compared all with all
SHORT_ROWS = 4000  # ... up to this many


def near_pairs(texts: Sequence[str], similarity: float, seed: int = 0) -> list[Pair]:
    """Return the pairs `(i, j, score)`, i < j, of texts at least `similarity` alike, sorted.

    Of k texts that are equal in normal form, each but the first is paired with the first, and
    only the first with other texts: the connected groups are complete, the list of pairs short.
    Empty texts are equal to each other and to nothing else.

    Args:
        texts: any number of texts, in any script.
        similarity: from 0.5 to 1; of the normal forms, 1 - (insertions + deletions) / both lengths.
        seed: of the hash functions; it can change which rare pair is missed, never a score.
    """
    _check(similarity)
    forms, first, home = _distinct(texts)
    i, j, score = _verified(forms, forms, _candidates(forms, seed), similarity)
    low, high = np.minimum(first[i], first[j]), np.maximum(first[i], first[j])
    near = zip(low.tolist(), high.tolist(), score.tolist(), strict=True)
    equal = ((int(first[k]), row, 1.0) for row, k in enumerate(home) if first[k] != row)
    return sorted([*near, *equal])


def near_pairs_between(
    left: Sequence[str],
    right: Sequence[str],
    similarity: float,
    seed: int = 0,
    short_left: int | None = None,
) -> list[Pair]:
    """Return the pairs `(i, j, score)` of a left and a right text, as `near_pairs` does, sorted.

    Every left text is reported; of right texts that are equal only the first.

    Args:
        left: any number of texts, or a part of them: each is compared for itself.
        right: the texts that they are compared with.
        similarity: as in `near_pairs`.
        seed: as in `near_pairs`.
        short_left: how many `short_forms` all left texts have, where `left` is a part of them.
    """
    _check(similarity)
    forms, _, home = _distinct(left)
    others, first, _ = _distinct(right)
    candidates = _candidates_between(forms, others, seed, short_left)
    i, j, score = _verified(forms, others, candidates, similarity)
    rows_of: list[list[int]] = [[] for _ in forms]
    for row, form in enumerate(home):
        rows_of[form].append(row)
    found = zip(i.tolist(), first[j].tolist(), score.tolist(), strict=True)
    return sorted((row, b, value) for a, b, value in found for row in rows_of[a])


def short_forms(texts: Sequence[str]) -> set[str]:
    """Return the distinct normal forms that are short, and not empty."""
    return {form for text in texts if 0 < len(form := folded(text)) <= SHORT_CHARS}


def _check(similarity: float) -> None:
    """Refuse a threshold at which everything or nothing is alike."""
    if not 0.5 <= similarity <= 1:
        raise ValueError(f"similarity must be from 0.5 to 1, not {similarity}")


def _distinct(texts: Sequence[str]) -> tuple[list[str], Ints, Ints]:
    """Return the distinct normal forms, the first row of each, and the form of each row."""
    index: dict[str, int] = {}
    first: list[int] = []
    home = np.empty(len(texts), dtype=np.int64)
    for row, text in enumerate(texts):
        form = folded(text)
        if form not in index:
            index[form] = len(index)
            first.append(row)
        home[row] = index[form]
    return list(index), np.array(first, dtype=np.int64), home


def _candidates(forms: list[str], seed: int) -> Ints:
    """Return pairs (n, 2) of forms that share a bucket or are short."""
    keys, known = band_keys(forms, seed)
    packed = [_neighbours(band, known, len(forms)) for band in keys]
    short = _short(forms)
    if len(short) <= SHORT_ROWS:
        packed.append(_all_pairs(short, forms))
    return _unpacked(packed, len(forms))


def _candidates_between(
    left: list[str], right: list[str], seed: int, short_left: int | None
) -> Ints:
    """Return pairs (n, 2) of a left and a right form that share a bucket, are short or equal."""
    keys, known = band_keys(left, seed)
    other_keys, other = band_keys(right, seed)
    bands = zip(keys, other_keys, strict=True)
    packed = [_matches(a, b, known, other, len(right)) for a, b in bands]
    position = {form: k for k, form in enumerate(right)}
    equal = [k * len(right) + position[form] for k, form in enumerate(left) if form in position]
    packed.append(np.array(equal, dtype=np.int64))
    short, others = _short(left), _short(right)
    if (len(short) if short_left is None else short_left) * len(others) <= SHORT_ROWS**2 // 2:
        packed.append((short[:, None] * len(right) + others).ravel())
    return _unpacked(packed, len(right))


def _unpacked(packed: list[Ints], width: int) -> Ints:
    """Return distinct pairs (n, 2) from numbers `i * width + j`."""
    ranked = np.sort(np.concatenate([np.empty(0, dtype=np.int64), *packed]))
    distinct = ranked[np.diff(ranked, prepend=-1) > 0]  # np.unique, four times as fast
    return np.stack(np.divmod(distinct, max(width, 1)), axis=1)


def _short(forms: list[str]) -> Ints:
    """Return the rows of the short texts that are not empty."""
    return np.array([k for k, f in enumerate(forms) if 0 < len(f) <= SHORT_CHARS], dtype=np.int64)


def _all_pairs(rows: Ints, forms: list[str]) -> Ints:
    """Return every packed pair of `rows` that its lengths allow to be alike by a half."""
    a, b = np.triu_indices(len(rows), k=1)
    lengths = np.array([len(forms[k]) for k in rows], dtype=np.int64)
    near = (lengths[a] <= 3 * lengths[b]) & (lengths[b] <= 3 * lengths[a])
    return rows[a[near]] * len(forms) + rows[b[near]]


def _neighbours(keys: Hashes, known: Ints, width: int) -> Ints:
    """Return packed pairs of forms of one bucket that lie within `WINDOW` of each other."""
    order = np.argsort(keys, kind="stable")
    ranked, rows = buckets(keys[order]), known[order]
    packed = []
    for step in range(1, min(WINDOW, len(rows) - 1) + 1):
        same = np.flatnonzero(ranked[:-step] == ranked[step:])
        if not len(same):
            break
        packed.append(_pack(rows[same], rows[same + step], width))
    return np.concatenate([np.empty(0, dtype=np.int64), *packed])


def _pack(a: Ints, b: Ints, width: int) -> Ints:
    """Return the smaller index times `width` plus the larger."""
    return np.minimum(a, b) * width + np.maximum(a, b)


def _matches(left: Hashes, right: Hashes, known: Ints, other: Ints, width: int) -> Ints:
    """Return packed pairs of a left form and up to `WINDOW` right forms of the same bucket."""
    order = np.argsort(right, kind="stable")
    ranked = right[order]
    place = np.searchsorted(ranked, left)  # where the nearest neighbours of each left key stand
    packed = [np.empty(0, dtype=np.int64)]
    for step in range(-WINDOW, WINDOW):
        there = place + step
        inside = np.flatnonzero((there >= 0) & (there < len(ranked)))
        same = inside[buckets(ranked[there[inside]]) == buckets(left[inside])]
        packed.append(known[same] * width + other[order[there[same]]])
    return np.concatenate(packed)


def _verified(
    left: list[str], right: list[str], pairs: Ints, similarity: float
) -> tuple[Ints, Ints, NDArray[np.float64]]:
    """Return those of `pairs` that are at least `similarity` alike, and how much they are."""
    from rapidfuzz.distance import Indel
    from rapidfuzz.process import cpdist

    alike = Indel.normalized_similarity
    kept = [np.empty((0, 2), dtype=np.int64)]
    scores = [np.empty(0)]
    pairs = _of_near_length(left, right, pairs, similarity)
    for chunk in np.array_split(pairs, max(1, len(pairs) // 200_000)):
        if not len(chunk):
            continue
        queries, choices = [left[k] for k in chunk[:, 0]], [right[k] for k in chunk[:, 1]]
        found = cpdist(queries, choices, scorer=alike, score_cutoff=similarity, dtype=np.float64)
        kept.append(chunk[found >= similarity])
        scores.append(found[found >= similarity])
    rows = np.concatenate(kept)
    return rows[:, 0], rows[:, 1], np.concatenate(scores)


def _of_near_length(left: list[str], right: list[str], pairs: Ints, similarity: float) -> Ints:
    """Return the pairs whose lengths alone do not rule the similarity out."""
    a = np.fromiter(map(len, left), np.int64, len(left))[pairs[:, 0]]
    b = np.fromiter(map(len, right), np.int64, len(right))[pairs[:, 1]]
    return pairs[2 * np.minimum(a, b) >= similarity * (a + b) - 1e-9]
