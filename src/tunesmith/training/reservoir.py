"""Rows that a phase keeps beside its weights, for later phases: a fair sample of all it has learnt.

They lie in the model's folder, so that DVC keeps, fetches and promotes them with the model, and a
phase that starts from it finds them where the rows themselves have long left the data.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tunesmith.errors import UserError
from tunesmith.models.manifest import Manifest, is_trained
from tunesmith.rows import Row, read_rows, to_frame, to_rows, write_rows

FILE_NAME = "reservoir.parquet"
SEEN = "seen"  # in the manifest's `rows`


@dataclass(frozen=True)
class Reservoir:
    """A uniform sample of the rows that a model and its parents were trained on.

    Attributes:
        rows: without a second copy of any.
        seen: how many they were drawn from.
    """

    rows: list[Row]
    seen: int

    def joined(self, new: list[Row], most: int, seed: int) -> "Reservoir":
        """Return a uniform sample of at most `most` of the earlier and the new rows.

        How many of the earlier ones stay is drawn as it would be out of all of them; a reservoir
        that grows cannot have more of them than it kept.

        Source: Algorithm R (Vitter, 1985), a whole phase at a time.
        """
        rng = np.random.default_rng(seed)
        size = min(most, self.seen + len(new))
        stay = int(rng.hypergeometric(self.seen, len(new), size)) if self.seen else 0
        stay = min(stay, len(self.rows))
        earlier, later = _chosen(self.rows, stay, rng), _chosen(new, size - stay, rng)
        return Reservoir([*earlier, *later], self.seen + len(new))

    def write(self, folder: Path) -> None:
        """Write the rows into the folder of a model; `seen` is in its manifest."""
        write_rows(folder / FILE_NAME, to_frame(self.rows))


def _chosen(rows: list[Row], count: int, rng: np.random.Generator) -> list[Row]:
    """Return so many of the rows, or all, in their order."""
    chosen = rng.permutation(len(rows))[: max(count, 0)]
    return [rows[place] for place in sorted(chosen.tolist())]


def read_reservoir(folder: Path) -> Reservoir:
    """Return what the model of a folder kept; nothing where it kept none."""
    if not is_trained(folder) or not (folder / FILE_NAME).exists():
        return Reservoir([], 0)
    rows = to_rows(read_rows(folder / FILE_NAME))
    return Reservoir(rows, Manifest.read(folder).rows.get(SEEN, len(rows)))


def refuse_empty(kind: str, name: str, parent: str) -> None:
    """Refuse to go on without the rows that a way of not forgetting needs.

    Raises:
        UserError: always; it says what the parent has to be told.
    """
    raise UserError(
        f"phases.{name}.continual: {kind} needs rows that its parent has learnt, and models/"
        f"{parent} kept none; set phases.{parent}.reservoir, such as 500, and train it again, or "
        "take olora, or distill with ratio 0, which need none"
    )
