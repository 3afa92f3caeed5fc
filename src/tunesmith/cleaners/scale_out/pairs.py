"""Brings the two rows of a pair together where the later one is, and judges them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from tunesmith.cleaners.base import Verdict
from tunesmith.cleaners.scale_out.candidates import distinct
from tunesmith.cleaners.scale_out.sketch import Sketch
from tunesmith.cleaners.scale_out.spread import Records, home_of, split_by
from tunesmith.rows import Row
from tunesmith.text.minhash import Hashes, Ints
from tunesmith.text.near_duplicates import verified

if TYPE_CHECKING:
    from tunesmith.cleaners.near_duplicates import NearDuplicates


class Parcel(NamedTuple):
    """Pairs whose later row is in one partition, and the texts of their earlier rows."""

    pairs: Records
    sides: pa.Table


class Found(NamedTuple):
    """Two rows, by place, of which the second repeats the first."""

    second: int
    first: int
    verdict: Verdict


def sent(sketch: Sketch, pairs: Sequence[Records], starts: Ints) -> list[Parcel]:
    """Return, for each partition, the pairs whose earlier row is here and whose later is there."""
    together = distinct(pairs)
    places = sketch.forms["place"]
    parcels = []
    for there in split_by(together, home_of(together["second"], starts), len(starts)):
        here = np.searchsorted(places, np.unique(there["first"]))
        parcels.append(Parcel(there, sketch.sides.take(pa.array(here))))
    return parcels


def judged(
    sketch: Sketch, parcels: Sequence[Parcel], cleaner: "NearDuplicates", equal: bool
) -> list[Found]:
    """Return the pairs that repeat each other; those of `equal` form need no comparison."""
    found: list[Found] = []
    for parcel in parcels:
        if len(parcel.pairs):
            found += _judged_parcel(sketch, parcel, cleaner, equal)
    return found


def _judged_parcel(
    sketch: Sketch, parcel: Parcel, cleaner: "NearDuplicates", equal: bool
) -> list[Found]:
    """Return the pairs of one parcel that repeat each other."""
    earlier = parcel.sides.to_pylist()
    places = np.unique(parcel.pairs["second"])
    here = np.searchsorted(sketch.forms["place"], places)
    later = sketch.sides.take(pa.array(here)).to_pylist()
    i = np.searchsorted(parcel.sides["place"].to_numpy(), parcel.pairs["first"])
    j = np.searchsorted(places, parcel.pairs["second"])
    scores = np.ones(len(i))
    if not equal:
        forms, others = ([side["form"] for side in sides] for sides in (earlier, later))
        facts, known = (_facts(sides) for sides in (earlier, later))
        alike = np.stack([i, j], axis=1)[facts[i] == known[j]]
        i, j, scores = verified(forms, others, alike, cleaner.similarity)
    compared = zip(i.tolist(), j.tolist(), scores.tolist(), strict=True)
    found = (_judged_pair(earlier[a], later[b], score, cleaner) for a, b, score in compared)
    return [pair for pair in found if pair is not None]


def _judged_pair(first: Row, second: Row, score: float, cleaner: "NearDuplicates") -> Found | None:
    """Return the verdict about one pair, None if the two say different things."""
    from tunesmith.cleaners.near_duplicates import verdict_of

    if not cleaner.repeats((first["text"], first["asked"]), (second["text"], second["asked"])):
        return None
    return Found(second["place"], first["place"], verdict_of(first, second, score))


def _facts(sides: Sequence[Row]) -> Hashes:
    """Return the digest of the numbers of each row."""
    return np.array([side["fact"] for side in sides], dtype=np.uint64)
