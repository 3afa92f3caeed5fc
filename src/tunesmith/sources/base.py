"""What every source has in common, and what it hands over: the records of one file."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import Field, PositiveInt

from tunesmith.component import Component

Record = Mapping[str, Any]
SPLIT = "^(train|validation|test|ood:[A-Za-z0-9_-]{1,40})$"


class Broken(NamedTuple):
    """A line that could not be read."""

    line: int
    reason: str
    raw: str


@dataclass(frozen=True)
class Batch:
    """The records of one file or data set.

    Attributes:
        name: as `source` and the manifest show it; a path is relative to the folder.
        records: line (or number, from 1) and columns of each record.
        broken: lines that hold no record.
        sha256: of the file's bytes; of a hub data set, of its records.
        size_bytes: of the file; null for a data set of the hub.
        encoding: of the text; null where the format has none.
        notes: what the person who reads the run should know.
        part: of a mixture, the number of the source that the file is from.
        drawn_from: how many records the file has, where only some were drawn.
    """

    name: str
    records: list[tuple[int, Record]]
    broken: list[Broken]
    sha256: str
    size_bytes: int | None
    encoding: str | None = None
    notes: tuple[str, ...] = ()
    part: int | None = None
    drawn_from: int | None = None


def digest_of(records: Iterable[Record]) -> str:
    """Return the SHA-256 of records, for a source that has no file, as lines of sorted JSON."""
    digest = hashlib.sha256()
    for record in records:
        line: Any = json.dumps(record, sort_keys=True, ensure_ascii=False, default=str)
        digest.update(line.encode("utf-8", "surrogatepass") + b"\n")
    return digest.hexdigest()


class SourceBase(Component):
    """Options of every source; where one is silent, the record's own column speaks.

    Attributes:
        columns: our column name → theirs, for example `{prompt: ask, completion: answer}`.
        labels: raw label → name, for example `{0: negative, 1: positive}`.
        limit: take only so many records from the start of each file.
    """

    kind: str
    task: Literal["chat", "classification", "text", "preference", "unpaired", "stepwise"] | None = (
        None
    )
    split: str | None = Field(
        default=None, pattern="^(train|validation|test|ood:[A-Za-z0-9_-]{1,40})$"
    )
    lang: Literal["en", "zh", "mixed", "other", "und"] | None = None
    licence: str | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    labels: dict[str, str] = Field(default_factory=dict)
    limit: PositiveInt | None = None

    def batches(self, folder: Path) -> Iterator[Batch]:
        """Yield the files of the source, in the order of their names.

        Args:
            folder: where relative paths start.

        Raises:
            UserError: nothing is there, or it cannot be read; the message names the way out.
        """
        raise NotImplementedError

    def described_by(self, batch: Batch) -> "SourceBase":  # noqa: ARG002
        """Return the source whose options speak for the records of a batch."""
        return self
