"""Finds near-duplicate texts: candidates by MinHash over character 3-grams, each pair verified.

A shared bucket alone says nothing: of template texts it would merge half. Every pair that is
returned was compared by rapidfuzz.
"""

from collections.abc import Hashable, Sequence
from itertools import repeat
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tunesmith.text.code_points import chunks
from tunesmith.text.folding import folded_each
from tunesmith.text.minhash import GOLDEN, Hashes, Ints, band_keys, buckets

Pair: TypeAlias = tuple[int, int, float]
Counts: TypeAlias = NDArray[np.int16]

WINDOW = 4  # neighbours that a text is compared with in a bucket larger than this
SHORT_CHARS = 32  # here one edit touches most 3-grams, so these are compared all with all
SHORT_ROWS = 4000  # ... up to this many
KINDS = 32  # of characters; each of a to z is one
MOST = 2**9  # counts are cut here, so that the sum of all fits into 16 bits
VERIFIED = 50_000  # pairs at a time


def near_pairs(
    texts: Sequence[str],
    similarity: float,
    seed: int = 0,
    facts: Sequence[Hashable] | None = None,
) -> list[Pair]:
    """Return the pairs `(i, j, score)`, i < j, of texts at least `similarity` alike, sorted.

    Of k texts that are equal in normal form, each but the first is paired with the first, and
    only the first with other texts: the connected groups are complete, the list of pairs short.
    Empty texts are equal to each other and to nothing else.

    Args:
        texts: any number of texts, in any script.
        similarity: from 0.5 to 1; of the normal forms, 1 - (insertions + deletions) / both lengths.
        seed: of the hash functions; it can change which rare pair is missed, never a score.
        facts: of each text what must be equal in both of a pair, such as its numbers. Texts of
            one template then fall into buckets of their own, and none of them is compared.
    """
    _check(similarity)
    forms, first, home, fact = _distinct(texts, facts)
    i, j, score = verified(forms, forms, _candidates(forms, fact, seed), similarity)
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
    forms, _, home, _ = _distinct(left)
    others, first, _, _ = _distinct(right)
    candidates = _candidates_between(forms, others, seed, short_left)
    i, j, score = verified(forms, others, candidates, similarity)
    rows_of: list[list[int]] = [[] for _ in forms]
    for row, form in enumerate(home):
        rows_of[form].append(row)
    found = zip(i.tolist(), first[j].tolist(), score.tolist(), strict=True)
    return sorted((row, b, value) for a, b, value in found for row in rows_of[a])


def short_forms(texts: Sequence[str]) -> set[str]:
    """Return the distinct normal forms that are short, and not empty."""
    return {form for form in folded_each(texts) if 0 < len(form) <= SHORT_CHARS}


def _check(similarity: float) -> None:
    """Refuse a threshold at which everything or nothing is alike."""
    if not 0.5 <= similarity <= 1:
        raise ValueError(f"similarity must be from 0.5 to 1, not {similarity}")


def _distinct(
    texts: Sequence[str], facts: Sequence[Hashable] | None = None
) -> tuple[list[str], Ints, Ints, Ints]:
    """Return the distinct normal forms, the first row of each, the form of each row, its fact.

    Texts of one form and different facts are two forms. Equal facts have one number.
    """
    if facts is not None and len(facts) != len(texts):
        raise ValueError(f"{len(texts)} texts, {len(facts)} facts")
    index: dict[Hashable, int] = {}
    numbered: dict[Hashable, int] = {}
    forms: list[str] = []
    first: list[int] = []
    fact_of: list[int] = []
    home = np.empty(len(texts), dtype=np.int64)
    pairs = zip(folded_each(texts), repeat(None) if facts is None else facts, strict=False)
    for row, (form, fact) in enumerate(pairs):
        number = numbered.setdefault(fact, len(numbered))
        key = (number, form) if number else form  # most texts share the first fact: no number
        place = home[row] = index.setdefault(key, len(forms))
        if place == len(forms):
            forms.append(form)
            first.append(row)
            fact_of.append(number)
    return forms, np.array(first, np.int64), home, np.array(fact_of, np.int64)


def _candidates(forms: list[str], fact: Ints, seed: int) -> Ints:
    """Return pairs (n, 2) of forms of one fact that share a bucket or are short."""
    keys, known = band_keys(forms, seed)
    own = buckets(fact[known].astype(np.uint64) * GOLDEN)  # another fact, another bucket
    packed = []
    while keys:
        packed.append(neighbours(keys.pop() ^ own, known, len(forms)))
    short = _short(forms)
    if len(short) <= SHORT_ROWS:
        packed.append(all_pairs(short, forms))
    pairs = _unpacked(packed, len(forms))
    i, j = pairs.T
    return np.compress(fact[i] == fact[j], pairs, axis=0)


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
    """Return distinct pairs (n, 2) from numbers `i * width + j`; the list is emptied."""
    ranked = np.concatenate([np.empty(0, dtype=np.int64), *packed])
    packed.clear()  # a million rows have many candidates
    ranked.sort()
    new = np.ones(len(ranked), dtype=bool)
    np.not_equal(ranked[1:], ranked[:-1], out=new[1:])
    ranked = ranked[new]
    pairs = np.empty((len(ranked), 2), dtype=np.int64)
    np.divmod(ranked, max(width, 1), out=(pairs[:, 0], pairs[:, 1]))
    return pairs


def _short(forms: list[str]) -> Ints:
    """Return the rows of the short texts that are not empty."""
    return np.array([k for k, f in enumerate(forms) if 0 < len(f) <= SHORT_CHARS], dtype=np.int64)


def all_pairs(rows: Ints, forms: list[str]) -> Ints:
    """Return every packed pair of `rows` that its lengths allow to be alike by a half."""
    a, b = np.triu_indices(len(rows), k=1)
    lengths = _lengths([forms[k] for k in rows])
    near = (lengths[a] <= 3 * lengths[b]) & (lengths[b] <= 3 * lengths[a])
    return rows[a[near]] * len(forms) + rows[b[near]]


def neighbours(keys: Hashes, known: Ints, width: int) -> Ints:
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


def verified(
    left: list[str], right: list[str], pairs: Ints, similarity: float
) -> tuple[Ints, Ints, NDArray[np.float64]]:
    """Return those of `pairs` that are at least `similarity` alike, and how much they are."""
    from rapidfuzz.distance import Indel
    from rapidfuzz.process import cpdist

    alike = Indel.normalized_similarity
    kept = [np.empty((0, 2), dtype=np.int64)]
    scores = [np.empty(0)]
    ours = _counts(left)
    theirs = ours if left is right else _counts(right)
    lengths, others = _lengths(left), _lengths(right)
    for some in np.array_split(pairs, max(1, len(pairs) // VERIFIED)):
        i, j = some.T
        chunk = some[_may_be_alike(ours[i], theirs[j], lengths[i] + others[j], similarity)]
        if not len(chunk):
            continue
        queries, choices = [left[k] for k in chunk[:, 0]], [right[k] for k in chunk[:, 1]]
        found = cpdist(queries, choices, scorer=alike, score_cutoff=similarity, dtype=np.float64)
        kept.append(chunk[found >= similarity])
        scores.append(found[found >= similarity])
    rows = np.concatenate(kept)
    return rows[:, 0], rows[:, 1], np.concatenate(scores)


def _lengths(forms: list[str]) -> Ints:
    """Return the length of each form, in characters."""
    return np.fromiter(map(len, forms), np.int64, len(forms))


def _counts(forms: list[str]) -> Counts:
    """Return how many characters of each of `KINDS` kinds a form has; a letter is its own kind."""
    counts = np.empty((len(forms), KINDS), dtype=np.int16)
    done = 0
    for chunk in chunks(forms):
        rows = np.repeat(np.arange(len(chunk.texts)), np.diff(chunk.ends, prepend=-1))
        kinds = rows * KINDS + (chunk.codes & (KINDS - 1))  # the line feed too, one in each
        some = np.bincount(kinds, minlength=len(chunk.texts) * KINDS).reshape(-1, KINDS)
        counts[done : done + len(some)] = np.minimum(some, MOST)
        done += len(some)
    return counts


def _may_be_alike(ours: Counts, theirs: Counts, lengths: Ints, similarity: float) -> Ints:
    """Return the places of the pairs that their counts do not rule out.

    A character more of one kind must be inserted or deleted, so the counts bound the distance
    from below; so do counts that are cut at `MOST`.

    Args:
        ours: of the left of each pair, its counts.
        theirs: of the right.
        lengths: of both together, in characters.
        similarity: as for `near_pairs`.
    """
    apart = np.einsum("ij->i", np.abs(ours - theirs))
    return np.flatnonzero(apart <= (1 - similarity) * lengths + 1e-6)
