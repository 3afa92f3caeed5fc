"""Exact duplicates by a shuffle: rows of one normal form meet on one worker, in order."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from tunesmith.cleaners.base import Verdict, Verdicts, is_test
from tunesmith.cleaners.exact_duplicates import Seen, keys_of
from tunesmith.cleaners.scale_out.part import Part
from tunesmith.cleaners.scale_out.spread import Future, Spread

DIGEST_BYTES = 16


class Known(NamedTuple):
    """A row as its equals need it: digest of its normal form, label, id, place."""

    digest: bytes
    label: str | None
    id: str
    place: int


Found = list[tuple[int, Verdict]]


def spread_exact(rows: Spread) -> list[Future]:
    """Return the verdicts of each partition."""
    count = len(rows.parts)
    keyed = rows.each(_keyed, rows.parts, count=count)
    shards = rows.each(_judged, rows.exchanged(keyed, count))
    return rows.each(_verdicts, rows.parts, rows.exchanged(shards, count))


def _keyed(part: Part, count: int) -> list[list[Known]]:
    """Return the rows of a partition by the worker that gets them."""
    shards: list[list[Known]] = [[] for _ in range(count)]
    rows = part.rows()
    for row, key, place in zip(rows, keys_of(rows), part.places.tolist(), strict=True):
        if not is_test(row):
            digest = hashlib.blake2b(repr(key).encode(), digest_size=DIGEST_BYTES).digest()
            shard = int.from_bytes(digest[:8], "little") % count
            shards[shard].append(Known(digest, row["label"], row["id"], place))
    return shards


def _judged(shard: Sequence[list[Known]]) -> list[Found]:
    """Return the verdicts about rows whose equals are all here, by partition."""
    seen = Seen()
    return [
        [
            (known.place, verdict)
            for known in rows
            if (verdict := seen.judge(known.digest, known.label, known.id)) is not None
        ]
        for rows in shard
    ]


def _verdicts(part: Part, found: Sequence[Found]) -> Verdicts:
    """Return the verdicts in the order of the partition's rows."""
    by_place = dict(pair for shard in found for pair in shard)
    return [by_place.get(place) for place in part.places.tolist()]
