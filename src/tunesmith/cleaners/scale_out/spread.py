"""Rows in partitions on the workers of a cluster, and the few ways in which tasks run on them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tunesmith.cleaners.scale_out.cluster import Client
from tunesmith.text.minhash import Hashes, Ints

Future: TypeAlias = Any  # of Dask: what a task will return, where it lies on a worker
Records: TypeAlias = NDArray[Any]  # of a dtype with named fields


@dataclass(frozen=True)
class Spread:
    """Partitions of one table, in its order.

    Attributes:
        client: of the cluster.
        parts: one `Part` each.
        starts: place of the first row of each partition.
        rows: of the whole table, as it came.
        seed: for the cleaners that draw.
    """

    client: Client
    parts: list[Future]
    starts: Ints
    rows: int
    seed: int

    def each(self, task: Callable[..., Any], *streams: Iterable[Any], **same: Any) -> list[Future]:
        """Run a task on the first of each stream, on the second of each, and so on."""
        return [
            self.client.submit(task, *values, **same, pure=False)
            for values in zip(*streams, strict=True)
        ]

    def one(self, task: Callable[..., Any], *values: Any, **same: Any) -> Future:
        """Run a single task; lists of futures arrive as lists of what they hold."""
        return self.client.submit(task, *values, **same, pure=False)

    def exchanged(self, split: Sequence[Future], count: int) -> list[list[Future]]:
        """Return, of lists with `count` pieces, all first pieces, all second pieces, and so on."""
        return [self.each(itemgetter(k), split) for k in range(count)]

    def pieces(self, split: Future) -> list[Future]:
        """Return the pieces of one list that has one for each partition."""
        return [self.one(itemgetter(k), split) for k in range(len(self.parts))]


def split_by(records: Records, home: Ints, count: int) -> list[Records]:
    """Return `count` arrays: the records whose `home` is 0, is 1, and so on, in their order."""
    order = np.argsort(home, kind="stable")
    return np.split(records[order], np.searchsorted(home[order], np.arange(1, count)))


def shard_of(hashes: Hashes, count: int) -> Ints:
    """Return which of `count` workers gets each record, by its hash."""
    shards: Ints = (hashes % np.uint64(count)).astype(np.int64)
    return shards


def home_of(places: Ints, starts: Ints) -> Ints:
    """Return the partition in which each place lies."""
    return np.searchsorted(starts, places, side="right") - 1
