"""MinHash over character 3-grams: texts that share many 3-grams share a bucket of some band."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Hashes: TypeAlias = NDArray[np.uint64]
Hashes32: TypeAlias = NDArray[np.uint32]

GRAM = 3
BANDS = 12
HASHES_PER_BAND = 4  # with 3, a million texts share so many buckets by chance that pairs drown
BUCKET_BITS = 40  # of a key; the bits below order the texts of a bucket, see `band_keys`
CHUNK_CHARS = 250_000  # its arrays stay in the processor's cache
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
BUCKET = np.uint64(2**64 - 2 ** (64 - BUCKET_BITS))


def band_keys(forms: list[str], seed: int) -> tuple[list[Hashes], Ints]:
    """Return, for each band, the key of every non-empty text, and the rows of these texts.

    The upper `BUCKET_BITS` of a key are the bucket. The lower bits come from the next band: in
    the order of the keys, those texts of a large bucket that share two bands are neighbours
    (after the LSH forest of Bawa et al., 2005, with a depth of two).

    Args:
        forms: normal forms; an empty one has no 3-gram and gets no key.
        seed: of the hash functions.
    """
    known = np.array([k for k, form in enumerate(forms) if form], dtype=np.int64)
    rng = np.random.default_rng(seed)
    count = BANDS * HASHES_PER_BAND
    factors = rng.integers(0, 2**31, size=count, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    shifts = rng.integers(0, 2**32, size=count, dtype=np.uint32)
    keys = np.empty((BANDS, len(known)), dtype=np.uint64)
    done = 0
    for rows in _chunks(known, forms):
        signatures = _minhash([forms[k] for k in rows], factors, shifts)
        keys[:, done : done + len(rows)] = _keys(signatures)
        done += len(rows)
    return list(keys), known


def found_ratio(jaccard: float) -> float:
    """Return the share of pairs that some band finds, by the share of 3-grams in common, 0 to 1.

    Source: the S-curve 1 - (1 - s^r)^b of Leskovec et al., Mining of Massive Datasets, 3.4.2.
    """
    return float(1 - (1 - jaccard**HASHES_PER_BAND) ** BANDS)


def _chunks(known: Ints, forms: list[str]) -> list[Ints]:
    """Cut the rows into runs of about `CHUNK_CHARS` characters."""
    if not len(known):
        return []
    ends = np.cumsum([len(forms[k]) + 2 for k in known]) // CHUNK_CHARS
    return np.split(known, np.flatnonzero(np.diff(ends)) + 1)


def _minhash(forms: list[str], factors: Hashes32, shifts: Hashes32) -> Hashes32:
    """Return the smallest hash of each text's 3-grams under each function: (hashes, texts)."""
    grams, starts = _grams([f"\x02{form}\x03" for form in forms])
    mixed = (grams * GOLDEN) >> np.uint64(32)
    short = mixed.astype(np.uint32)
    hashes = np.empty_like(short)
    signatures = np.empty((len(factors), len(forms)), dtype=np.uint32)
    for signature, factor, shift in zip(signatures, factors, shifts, strict=True):
        np.multiply(short, factor, out=hashes)
        np.add(hashes, shift, out=hashes)
        np.minimum.reduceat(hashes, starts, out=signature)
    return signatures


def _grams(padded: list[str]) -> tuple[Hashes, Ints]:
    """Return the 3-grams of all texts in a row, as numbers, and where each text starts."""
    encoded = "".join(padded).encode("utf-32-le", "surrogatepass")
    code = np.frombuffer(encoded, dtype=np.uint32).astype(np.uint64)
    numbered = (code[:-2] << np.uint64(42)) ^ (code[1:-1] << np.uint64(21)) ^ code[2:]
    lengths = np.array([len(form) for form in padded], dtype=np.int64)
    ends = np.cumsum(lengths)
    inside = np.ones(len(numbered), dtype=bool)
    for back in range(1, GRAM):
        inside[ends[:-1] - back] = False  # these would reach into the next text
    counts = lengths - GRAM + 1
    return numbered[inside], np.cumsum(counts) - counts


def _keys(signatures: Hashes32) -> Hashes:
    """Return a key for each band and text: the band's own bits above, the next band's below."""
    bands = signatures.reshape(BANDS, HASHES_PER_BAND, -1).astype(np.uint64)
    mixed = np.zeros((BANDS, bands.shape[2]), dtype=np.uint64)
    for column in range(HASHES_PER_BAND):
        mixed = (mixed ^ bands[:, column]) * GOLDEN
        mixed ^= mixed >> np.uint64(29)
    return (mixed & BUCKET) | (np.roll(mixed, -1, axis=0) & ~BUCKET)


def buckets(keys: Hashes) -> Hashes:
    """Return the bucket of each key."""
    return keys & BUCKET
