"""MinHash over character 3-grams: texts that share many 3-grams share a bucket of some band."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Hashes: TypeAlias = NDArray[np.uint64]

GRAM = 3
BANDS = 24  # at 3 hashes a band, a pair with half of its 3-grams in common is found with p = 0.96
HASHES_PER_BAND = 3
CHUNK_CHARS = 2_000_000


def band_keys(forms: list[str], seed: int) -> tuple[list[Hashes], Ints]:
    """Return, for each band, the bucket of every non-empty text, and the rows of these texts.

    Args:
        forms: normal forms; an empty one has no 3-gram and gets no bucket.
        seed: of the hash functions.
    """
    known = np.array([k for k, form in enumerate(forms) if form], dtype=np.int64)
    count = BANDS * HASHES_PER_BAND
    rng = np.random.default_rng(seed)
    factors = rng.integers(1, 2**63, size=count, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    shifts = rng.integers(0, 2**63, size=count, dtype=np.uint64)
    parts = [_minhash([forms[k] for k in rows], factors, shifts) for rows in _chunks(known, forms)]
    return _bands(np.concatenate([np.empty((0, count), dtype=np.uint64), *parts])), known


def _chunks(known: Ints, forms: list[str]) -> list[Ints]:
    """Cut the rows into runs of about `CHUNK_CHARS` characters."""
    if not len(known):
        return []
    ends = np.cumsum([len(forms[k]) + 2 for k in known]) // CHUNK_CHARS
    return np.split(known, np.flatnonzero(np.diff(ends)) + 1)


def _minhash(forms: list[str], factors: Hashes, shifts: Hashes) -> Hashes:
    """Return the smallest hash of each text's 3-grams under each function: (texts, hashes)."""
    grams, starts = _grams([f"\x02{form}\x03" for form in forms])
    columns = [
        np.minimum.reduceat((grams * factor + shift) >> np.uint64(32), starts)
        for factor, shift in zip(factors, shifts, strict=True)
    ]
    return np.stack(columns, axis=1)


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


def _bands(signatures: Hashes) -> list[Hashes]:
    """Return one 64-bit key a form for each band, mixed from the band's hashes."""
    keys = []
    for start in range(0, signatures.shape[1], HASHES_PER_BAND):
        key = np.zeros(len(signatures), dtype=np.uint64)
        for column in signatures.T[start : start + HASHES_PER_BAND]:
            key = (key ^ column) * np.uint64(0x9E3779B97F4A7C15)
            key ^= key >> np.uint64(29)
        keys.append(key)
    return keys
