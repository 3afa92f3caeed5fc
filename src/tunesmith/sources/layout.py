"""How a peer's data set entry lays out its records, and the same records under our names."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tunesmith.errors import UserError
from tunesmith.files import sha256_text
from tunesmith.records import Item, Record
from tunesmith.rows import to_json
from tunesmith.sources.base import Batch, Items, mapped

DESCRIBING = frozenset({"lang", "language", "licence", "license", "group", "split"})
TURNS = ("messages", "conversations", "chosen", "rejected")


@dataclass(frozen=True)
class Layout:
    """What an entry says about its records.

    Attributes:
        columns: our column name → theirs; where it is given, other columns are not read, but
            kept as `unmapped`.
        role: key that names the speaker of a turn.
        content: key that holds what is said.
        roles: their name of a role → ours.
        train: key that says whether a turn is trained.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    role: str = "role"
    content: str = "content"
    roles: Mapping[str, str] = field(default_factory=dict)
    train: str = "train"

    def apply(self, record: Record) -> Record:
        """Return a record under our names; a column that it lacks stays away."""
        found = {o: record[t] for o, t in self.columns.items() if t in record}
        found = found if self.columns else dict(record)
        turned = {key: self._turns(value) for key, value in found.items() if key in TURNS}
        return {**self._rest(record), **found, **turned}

    def _rest(self, record: Record) -> Record:
        """Return what the columns do not name: what describes the row, all else as one object."""
        if not self.columns:
            return {}
        rest = {k: v for k, v in record.items() if k not in self.columns.values()}
        unmapped = {k: v for k, v in rest.items() if k not in DESCRIBING}
        described = {k: v for k, v in rest.items() if k in DESCRIBING}
        return {**described, "unmapped": unmapped} if unmapped else described

    def _turns(self, value: Any) -> Any:
        """Return a list of turns, or one turn, with our keys and roles."""
        if isinstance(value, list):
            return [self._turns(item) for item in value]
        if not isinstance(value, Mapping) or self.role not in value:
            return value
        names = {self.role: "role", self.content: "content", self.train: "train"}
        turn = {names.get(key, key): cell for key, cell in value.items()}
        return {**turn, "role": self.roles.get(str(turn["role"]), turn["role"])}


def laid_out(batch: Batch, layout: Layout, notes: tuple[str, ...] = ()) -> Batch:
    """Return the batch with its records under our names."""

    def read() -> Items:
        facts = yield from mapped(batch.read(), lambda line, one: (line, layout.apply(one)))
        return facts._replace(notes=(*facts.notes, *notes))

    return replace(batch, read=read)


def drawn(batch: Batch, share: float, seed: int) -> Batch:
    """Return the batch with about `share` of its records, drawn by their content.

    The same record is drawn whatever stands around it, so a set that grows keeps its draw.
    """
    if share >= 1:
        return batch

    def read() -> Items:
        taken: Counter[bool] = Counter()

        def draw(line: int, record: Record) -> Item | None:
            chosen = _chance(record, seed) < share
            taken[chosen] += 1
            return (line, record) if chosen else None

        facts = yield from mapped(batch.read(), draw)
        note = f"weight {share}: {taken[True]:,} of {taken.total():,} rows taken"
        return facts._replace(notes=(*facts.notes, note))

    return replace(batch, read=read)


def _chance(record: Record, seed: int) -> float:
    """Return a number from 0 to 1 that depends on the record and the seed only."""
    text = f"{seed}:{to_json(record, sort_keys=True)}".encode("utf-8", "surrogatepass").decode(
        "utf-8", "replace"
    )
    return int(sha256_text(text)[:12], 16) / 16**12


def named_file(folder: Path, name: str, what: str) -> Path:
    """Return the path of a file of entries.

    Raises:
        UserError: it is not there, or lies outside of the folder.
    """
    path = folder / name
    if Path(name).is_absolute() or ".." in Path(name).parts or not path.is_file():
        raise UserError(f"{path}: no such file in collect.folder; `path:` names {what}")
    return path


def packed(folder: Path, name: str) -> str:
    """Return the name of a file, or of the packed file that stands in its place."""
    there = (one for one in (name, f"{name}.gz", f"{name}.zst") if (folder / one).exists())
    return next(there, name)
