"""Batches read to their end, so that a test can look at all of it."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tunesmith.records import Item, Record, Rejected
from tunesmith.sources.base import Batch, Facts, Reading, SourceBase


class Whole(NamedTuple):
    name: str
    records: list[tuple[int, Record]]
    broken: list[Rejected]
    facts: Facts


def parted(items: Iterable[Item]) -> tuple[list[tuple[int, Record]], list[Rejected]]:
    everything = list(items)
    broken = [item for item in everything if isinstance(item, Rejected)]
    return [item for item in everything if not isinstance(item, Rejected)], broken


def whole(batch: Batch) -> Whole:
    reading = Reading(batch.read())
    records, broken = parted(reading)
    return Whole(batch.name, records, broken, reading.facts)


def read(source: SourceBase, folder: Path) -> list[Whole]:
    return [whole(batch) for batch in source.batches(folder)]


def read_one(source: SourceBase, folder: Path) -> Whole:
    (batch,) = read(source, folder)
    return batch
