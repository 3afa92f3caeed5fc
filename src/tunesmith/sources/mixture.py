"""Several sources in shares: so many rows of each, drawn by a hash, as the weights ask."""

import hashlib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import numpy as np
from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt

from tunesmith.component import Component
from tunesmith.errors import UserError
from tunesmith.records import Item, Record, Rejected
from tunesmith.sources.base import Batch, Facts, Items, Reading, SourceBase, mapped
from tunesmith.sources.file import FileSource
from tunesmith.sources.http import HttpSource
from tunesmith.sources.hub import HubSource
from tunesmith.sources.sql import SqlSource

Plain = Annotated[FileSource | HttpSource | HubSource | SqlSource, Field(discriminator="kind")]


class Part(Component):
    """One source of a mixture and its weight against the others."""

    weight: PositiveFloat = 1.0
    source: Plain


class MixtureSource(Component):
    """Rows of several sources in the ratio of their weights, none twice.

    Without `rows`, as many as the scarcest part allows. Which rows of a part are taken depends on
    the seed and their place alone, so a larger mixture holds the rows of a smaller one.

    The parts say what their rows are; the mixture has no such options of its own.

    Attributes:
        rows: of the whole mixture; a part that has too few gives all it has.
        seed: of the draw.
    """

    kind: Literal["mixture"] = "mixture"
    parts: Annotated[list[Part], Field(min_length=2)]
    rows: PositiveInt | None = None
    seed: NonNegativeInt = 0

    def described_by(self, batch: Batch) -> SourceBase:
        """Return the part that a batch came from: its options speak for its rows."""
        return self.parts[int(batch.part or 0)].source

    def batches(self, folder: Path) -> Iterator[Batch]:
        """Yield the files of every part, thinned out; see `SourceBase.batches`.

        Every part is read twice: once to count and rank its records, once to take those drawn.
        """
        parts = [list(part.source.batches(folder)) for part in self.parts]
        ranked = [[self._ranked(batch) for batch in part] for part in parts]
        sizes = [sum(len(one.ranks) for one in part) for part in ranked]
        for number, (part, wanted) in enumerate(zip(ranked, self._shares(sizes), strict=True)):
            last = _last_rank([one.ranks for one in part], wanted)
            yield from (replace(self._drawn(one, last), part=number) for one in part)

    def _shares(self, sizes: list[int]) -> list[int]:
        """Return how many rows each part gives."""
        total = sum(part.weight for part in self.parts)
        ratios = [part.weight / total for part in self.parts]
        rows = self.rows or min(size / ratio for size, ratio in zip(sizes, ratios, strict=True))
        return [min(size, round(rows * ratio)) for size, ratio in zip(sizes, ratios, strict=True)]

    def _ranked(self, batch: Batch) -> "Ranked":
        """Read a batch for the ranks of its records."""
        reading = Reading(batch.read())
        ranks = array("Q")
        for item in reading:
            if not isinstance(item, Rejected):
                ranks.append(self._rank(batch.name, item[0]))
        return Ranked(batch, ranks, reading.facts)

    def _drawn(self, ranked: "Ranked", last: int) -> Batch:
        """Return a batch with the records up to a rank, in their order."""
        batch = ranked.batch

        def draw(line: int, record: Record) -> Item | None:
            return (line, record) if self._rank(batch.name, line) <= last else None

        def read() -> Items:
            facts = yield from mapped(batch.read(), draw)
            if facts.sha256 != ranked.facts.sha256:
                raise UserError(f"{batch.name}: changed while it was read; run again when it rests")
            count, rows = sum(rank <= last for rank in ranked.ranks), len(ranked.ranks)
            note = f"{count:,} of {rows:,} rows drawn for the mixture"
            return facts._replace(drawn_from=rows, notes=(*facts.notes, note))

        return replace(batch, read=read)

    def _rank(self, name: str, line: int) -> int:
        """Return where a record stands in the draw, of 64 bits."""
        digest = hashlib.sha256(f"{self.seed}:{name}:{line}".encode()).digest()
        return int.from_bytes(digest[:8], "big")


class Ranked(NamedTuple):
    """A batch, and where each of its records stands in the draw: 8 bytes a record."""

    batch: Batch
    ranks: "array[int]"
    facts: Facts


def _last_rank(ranks: Sequence["array[int]"], wanted: int) -> int:
    """Return the rank of the last record that is drawn, -1 if none is."""
    every = np.concatenate([np.asarray(one, dtype=np.uint64) for one in ranks])
    return int(np.partition(every, wanted - 1)[wanted - 1]) if wanted else -1
