"""Rows that a phase keeps beside its weights, for later phases: a sample of all it has learnt.

They lie in the model's folder, so that DVC keeps, fetches and promotes them with the model, and a
phase that starts from it finds them where the rows themselves have long left the data.
"""

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tunesmith.errors import UserError
from tunesmith.fields import field_of
from tunesmith.models.manifest import Manifest, is_trained
from tunesmith.rows import Row, read_rows, to_frame, to_rows, write_rows

FILE_NAME = "reservoir.parquet"
SEEN = "seen"  # in the manifest's `rows`


@dataclass(frozen=True)
class Reservoir:
    """A sample of the rows that a model and its parents were trained on: uniform, or balanced.

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

    def balanced(self, new: list[Row], most: int, by: str, seed: int) -> "Reservoir":
        """Return at most `most` of the earlier and the new rows, of each value of a field alike.

        Of a value it is a uniform sample however many phases have brought rows of it: the rows
        whose hashes with the seed are the lowest. So the seed has to stay the same from phase to
        phase; with another one, new rows of a value have better chances than its earlier ones.

        Source: class-balanced reservoirs, https://proceedings.mlr.press/v119/chrysakis20a.html;
        a sample by hashes: bottom-k, https://doi.org/10.1145/1281100.1281133.
        """
        rows = [*self.rows, *new]
        places: dict[str | None, list[int]] = defaultdict(list)
        for place in sorted(range(len(rows)), key=lambda one: _chance(rows[one], seed)):
            places[field_of(rows[place], by)].append(place)
        turns = [turn for own in places.values() for turn in enumerate(own)]
        turns.sort(key=lambda turn: (turn[0], _chance(rows[turn[1]], seed)))
        chosen = sorted(place for _, place in turns[:most])
        return Reservoir([rows[place] for place in chosen], self.seen + len(new))

    def write(self, folder: Path) -> None:
        """Write the rows into the folder of a model; `seen` is in its manifest."""
        write_rows(folder / FILE_NAME, to_frame(self.rows))


def _chance(row: Row, seed: int) -> str:
    """Return what a row is drawn by: the same in every phase, and of a seed."""
    return hashlib.sha256(f"{seed} {row['id']}".encode()).hexdigest()


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
