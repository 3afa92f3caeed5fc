"""Pairs of rows that may be alike: what `near_pairs` compares, found by a shuffle by band key."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tunesmith.cleaners.scale_out.sketch import Sketch
from tunesmith.cleaners.scale_out.spread import Records, home_of, shard_of, split_by
from tunesmith.text.minhash import BUCKET_BITS, GOLDEN, Ints, buckets
from tunesmith.text.near_duplicates import SHORT_CHARS, SHORT_ROWS, all_pairs, neighbours

PAIR = np.dtype([("first", "i8"), ("second", "i8")])
BAND = np.dtype([(name, "u8") for name in ("group", "fact", "band", "key")] + [("place", "i8")])


def repeated_forms(shard: Sequence[Records]) -> Records:
    """Return each row whose form came before, with the first row of that form."""
    forms = np.concatenate(shard)
    order = np.lexsort((forms["place"], forms["low"], forms["high"]))
    forms = forms[order]
    new = np.ones(len(forms), dtype=bool)
    new[1:] = _changes(forms, "high", "low")
    first = forms["place"][np.flatnonzero(new)][np.cumsum(new) - 1]
    return _pairs(first[~new], forms["place"][~new])


def banded(sketch: Sketch, repeats: Sequence[Records], count: int) -> list[Records]:
    """Return the band keys of the first rows of a form, by the worker that gets the bucket."""
    forms = sketch.forms[sketch.keyed]
    mask = ~np.isin(forms["place"], _seconds(repeats))
    made = []
    for band, keys in enumerate(sketch.keys):
        records = np.empty(int(mask.sum()), dtype=BAND)
        for name in ("group", "fact", "place"):
            records[name] = forms[name][mask]
        records["band"], records["key"] = band, keys[mask]
        made.append(records)
    records = np.concatenate(made)
    named = records["group"] ^ records["fact"] ^ records["band"]
    mixed = (buckets(records["key"]) ^ named) * GOLDEN
    return split_by(records, shard_of(mixed >> np.uint64(64 - BUCKET_BITS), count), count)


def neighbouring(shard: Sequence[Records], starts: Ints, width: int) -> list[Records]:
    """Return the pairs that stand near each other in a bucket, by partition of the first row.

    Args:
        shard: whole buckets.
        starts: first place of each partition.
        width: above every place.
    """
    records = np.concatenate(shard)
    records = records[np.lexsort((records["place"], records["band"], records["group"]))]
    cuts = np.flatnonzero(_changes(records, "group", "band")) + 1
    packed = [
        neighbours(run["key"] ^ buckets(run["fact"]), run["place"], width)
        for run in np.split(records, cuts)  # another fact, another bucket, as in one process
    ]
    first, second = np.divmod(np.unique(np.concatenate(packed)), max(width, 1))
    return by_first(_pairs(first, second), starts)


def short_texts(sketch: Sketch, repeats: Sequence[Records]) -> pa.Table:
    """Return the short texts that are the first of their form, of a group no more than matter."""
    lengths = np.array([len(form) for form in sketch.sides["form"].to_pylist()], dtype=np.int64)
    short = np.flatnonzero((lengths > 0) & (lengths <= SHORT_CHARS))
    short = short[~np.isin(sketch.forms["place"][short], _seconds(repeats))]
    groups = sketch.forms["group"][short]
    few = [short[groups == group][: SHORT_ROWS + 1] for group in np.unique(groups)]
    chosen = np.concatenate([np.empty(0, dtype=np.int64), *few])
    table = sketch.sides.select(["place", "form"]).take(pa.array(chosen))
    for name in ("group", "fact"):
        table = table.append_column(name, pa.array(sketch.forms[name][chosen]))
    return table


def short_pairs(tables: Sequence[pa.Table], starts: Ints) -> list[Records]:
    """Return pairs of short texts, all with all where a group has few, by the first's partition."""
    short = pa.concat_tables(tables)
    groups, facts = short["group"].to_numpy(), short["fact"].to_numpy()
    found = [np.empty(0, dtype=PAIR)]
    for group in np.unique(groups):
        here = np.flatnonzero(groups == group)
        if len(here) > SHORT_ROWS:
            continue
        places, forms = short["place"].to_numpy()[here], short["form"].take(pa.array(here))
        i, j = np.divmod(all_pairs(np.arange(len(here)), forms.to_pylist()), len(here))
        same = facts[here[i]] == facts[here[j]]
        i, j = i[same], j[same]
        found.append(_pairs(places[i], places[j]))
    return by_first(np.concatenate(found), starts)


def by_first(pairs: Records, starts: Ints) -> list[Records]:
    """Return pairs by the partition of their first row."""
    return split_by(pairs, home_of(pairs["first"], starts), len(starts))


def distinct(pairs: Sequence[Records]) -> Records:
    """Return the pairs without repetition, sorted."""
    both = np.concatenate(pairs)
    both = both[np.lexsort((both["second"], both["first"]))]
    new = np.ones(len(both), dtype=bool)
    new[1:] = _changes(both, "first", "second")
    kept: Records = both[new]
    return kept


def _changes(records: Records, *fields: str) -> NDArray[np.bool_]:
    """Return, for each record but the first, whether a field is other than in the one before."""
    changed = [records[field][1:] != records[field][:-1] for field in fields]
    either: NDArray[np.bool_] = np.logical_or.reduce(changed)
    return either


def _pairs(first: Ints, second: Ints) -> Records:
    """Return pairs of places as records."""
    pairs = np.empty(len(first), dtype=PAIR)
    pairs["first"], pairs["second"] = first, second
    return pairs


def _seconds(repeats: Sequence[Records]) -> Ints:
    """Return the places of rows whose form came before."""
    return np.concatenate([pairs["second"] for pairs in repeats])
