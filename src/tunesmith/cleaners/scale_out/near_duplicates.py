"""Near-duplicates by shuffles: by normal form, by bucket of each band, by partition of a pair.

1. Every partition makes normal forms and band keys (`sketch`).
2. Equal forms meet: of each only the first takes part in what follows.
3. Texts of one bucket of one band meet, and give pairs as `near_pairs` would (`candidates`).
4. A pair goes to the partition of its later row, with the earlier row's texts, and is judged.
5. One worker walks over the pairs that repeat each other, in the order of `NearDuplicates`.
6. Rows of equal form are judged by the row that stands for their first.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tunesmith.cleaners.base import Verdict, Verdicts
from tunesmith.cleaners.scale_out.candidates import (
    banded,
    neighbouring,
    repeated_forms,
    short_pairs,
    short_texts,
)
from tunesmith.cleaners.scale_out.pairs import Found, judged, sent
from tunesmith.cleaners.scale_out.part import Part
from tunesmith.cleaners.scale_out.sketch import Sketch, sketched
from tunesmith.cleaners.scale_out.spread import Future, Records, Spread, home_of, shard_of, split_by
from tunesmith.text.minhash import Ints

if TYPE_CHECKING:
    from tunesmith.cleaners.near_duplicates import NearDuplicates


def spread_near(cleaner: "NearDuplicates", rows: Spread) -> list[Future]:
    """Return the verdicts of each partition."""
    sketches = rows.each(sketched, rows.parts, seed=rows.seed)
    repeats, candidates = _candidates(rows, sketches)
    near = _judged(cleaner, rows, sketches, candidates, equal=False)
    settled = rows.one(_settled, near, starts=rows.starts)
    found = rows.pieces(rows.one(_part_of, settled, 0))
    standing = rows.each(
        _standing, repeats, [rows.one(_part_of, settled, 1)] * len(repeats), starts=rows.starts
    )
    again = rows.exchanged(standing, len(rows.parts))
    equal = _judged(cleaner, rows, sketches, again, equal=True)
    return rows.each(_verdicts, rows.parts, found, equal)


def _candidates(rows: Spread, sketches: list[Future]) -> tuple[list[Future], list[list[Future]]]:
    """Return the pairs of equal form, and for each partition the pairs that may be alike."""
    count = len(sketches)
    forms = rows.each(_forms_split, sketches, count=count)
    repeats = rows.each(repeated_forms, rows.exchanged(forms, count))
    later = rows.each(_by_second, repeats, starts=rows.starts)
    known = rows.exchanged(later, count)
    bands = rows.each(banded, sketches, known, count=count)
    shared = rows.each(
        neighbouring, rows.exchanged(bands, count), starts=rows.starts, width=rows.rows
    )
    short = rows.one(short_pairs, rows.each(short_texts, sketches, known), starts=rows.starts)
    pieces = zip(rows.exchanged(shared, count), rows.pieces(short), strict=True)
    return repeats, [[*pairs, more] for pairs, more in pieces]


def _judged(
    cleaner: "NearDuplicates",
    rows: Spread,
    sketches: list[Future],
    pairs: list[list[Future]],
    equal: bool,
) -> list[Future]:
    """Return, for each partition, the pairs whose later row is there and repeats the earlier."""
    parcels = rows.each(sent, sketches, pairs, starts=rows.starts)
    arrived = rows.exchanged(parcels, len(sketches))
    return rows.each(judged, sketches, arrived, cleaner=cleaner, equal=equal)


def _forms_split(sketch: Sketch, count: int) -> list[Records]:
    """Return the forms of a partition by the worker that gets them."""
    return split_by(sketch.forms, shard_of(sketch.forms["low"], count), count)


def _by_second(pairs: Records, starts: Ints) -> list[Records]:
    """Return pairs by the partition of their second row."""
    return split_by(pairs, home_of(pairs["second"], starts), len(starts))


def _settled(near: Sequence[list[Found]], starts: Ints) -> tuple[list[list[Found]], dict[int, int]]:
    """Return what became of each later row, by partition, and which row stands for a dropped one.

    Pairs are taken as `NearDuplicates` takes them: by the later row, then by the earlier one. A
    dropped row is like a row that stays.
    """
    stands_in: dict[int, int] = {}
    last: dict[int, Found] = {}
    for found in sorted((pair for part in near for pair in part), key=_order):
        if found.second in stands_in or found.first in stands_in:
            continue
        last[found.second] = found
        if found.verdict.action == "drop":
            stands_in[found.second] = found.first
    ends = starts.tolist()
    by_part: list[list[Found]] = [[] for _ in starts]
    for found in last.values():
        by_part[bisect_right(ends, found.second) - 1].append(found)
    return by_part, stands_in


def _order(found: Found) -> tuple[int, int]:
    """Return what pairs are sorted by."""
    return found.second, found.first


def _part_of(pair: tuple[object, object], number: int) -> object:
    """Return one of two results."""
    return pair[number]


def _standing(pairs: Records, stands_in: dict[int, int], starts: Ints) -> list[Records]:
    """Return pairs of equal form by partition, a dropped first row as the one it repeats."""
    pairs = pairs.copy()
    pairs["first"] = [stands_in.get(place, place) for place in pairs["first"].tolist()]
    return split_by(pairs, home_of(pairs["first"], starts), len(starts))


def _verdicts(part: Part, near: Sequence[Found], equal: Sequence[Found]) -> Verdicts:
    """Return the verdicts in the order of the partition's rows."""
    by_place: dict[int, Verdict] = {found.second: found.verdict for found in [*near, *equal]}
    return [by_place.get(place) for place in part.places.tolist()]
