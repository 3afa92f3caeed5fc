"""Several sources in shares: so many rows of each, drawn by a hash, as the weights ask."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt

from tunesmith.component import Component
from tunesmith.sources.base import Batch, SourceBase
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
        """Yield the files of every part, thinned out; see `SourceBase.batches`."""
        read = [list(part.source.batches(folder)) for part in self.parts]
        sizes = [sum(len(batch.records) for batch in batches) for batches in read]
        for number, (batches, wanted) in enumerate(zip(read, self._shares(sizes), strict=True)):
            yield from (replace(batch, part=number) for batch in self._drawn(batches, wanted))

    def _shares(self, sizes: list[int]) -> list[int]:
        """Return how many rows each part gives."""
        total = sum(part.weight for part in self.parts)
        ratios = [part.weight / total for part in self.parts]
        rows = self.rows or min(size / ratio for size, ratio in zip(sizes, ratios, strict=True))
        return [min(size, round(rows * ratio)) for size, ratio in zip(sizes, ratios, strict=True)]

    def _drawn(self, batches: list[Batch], wanted: int) -> Iterator[Batch]:
        """Yield the batches of one part with `wanted` records in all, in their order."""
        places = [(batch.name, line) for batch in batches for line, _ in batch.records]
        kept = set(sorted(places, key=self._rank)[:wanted])
        for batch in batches:
            records = [item for item in batch.records if (batch.name, item[0]) in kept]
            note = f"{len(records):,} of {len(batch.records):,} rows drawn for the mixture"
            yield replace(
                batch,
                records=records,
                drawn_from=len(batch.records),
                notes=(*batch.notes, note),
            )

    def _rank(self, place: tuple[str, int]) -> bytes:
        """Return where a record stands in the draw."""
        return hashlib.sha256(f"{self.seed}:{place[0]}:{place[1]}".encode()).digest()
