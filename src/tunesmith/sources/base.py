"""What every source has in common, and what it hands over: the records of one file, streamed."""

import hashlib
import json
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

from pydantic import Field, PositiveInt

from tunesmith.component import Component
from tunesmith.records import Item, Record, Rejected


class Facts(NamedTuple):
    """What is known of a file when its records were read.

    Attributes:
        sha256: of the file's bytes; of a data set without a file, of its records.
        size_bytes: of the file; null where there is none.
        encoding: of the text; null where the format has none.
        encoding_detected: neither named nor marked nor UTF-8, but concluded from the bytes.
        notes: what the person who reads the run should know.
        drawn_from: how many records the file has, where only some were drawn.
    """

    sha256: str
    size_bytes: int | None = None
    encoding: str | None = None
    encoding_detected: bool = False
    notes: tuple[str, ...] = ()
    drawn_from: int | None = None


Items: TypeAlias = Generator[Item, None, Facts]


@dataclass(frozen=True)
class Batch:
    """The records of one file or data set; they are never held all at once.

    Attributes:
        name: as `source` and the manifest show it; a path is relative to the folder.
        read: reads from the start, each time; the generator returns the facts at its end.
        part: of a mixture, the number of the source that the file is from.
    """

    name: str
    read: Callable[[], Items]
    part: int | None = None


class Reading:
    """One pass over a batch; `facts` are there when it came to its end."""

    facts: Facts

    def __init__(self, items: Items) -> None:
        self._items = items

    def __iter__(self) -> Iterator[Item]:
        self.facts = yield from self._items


def mapped(items: Items, change: Callable[[int, Record], Item | None]) -> Items:
    """Yield the items with each record changed, or left out where `change` returns null."""
    reading = Reading(items)
    for item in reading:
        changed = item if isinstance(item, Rejected) else change(*item)
        if changed is not None:
            yield changed
    return reading.facts


class Digest:
    """The SHA-256 of records, for a source that has no file, as lines of sorted JSON."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def add(self, record: Record) -> None:
        """Add one record."""
        line: Any = json.dumps(record, sort_keys=True, ensure_ascii=False, default=str)
        self._digest.update(line.encode("utf-8", "surrogatepass") + b"\n")

    def __str__(self) -> str:
        """Return it in hexadecimal."""
        return self._digest.hexdigest()


Task = Literal["chat", "classification", "text", "preference", "unpaired", "stepwise", "prompt"]


class SourceBase(Component):
    """Options of every source; where one is silent, the record's own column speaks.

    Attributes:
        columns: our column name → theirs, for example `{prompt: ask, completion: answer}`.
        labels: raw label → name, for example `{0: negative, 1: positive}`.
        limit: take only so many records from the start of each file.
    """

    kind: str
    task: Task | None = None
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
            UserError: nothing is there, or it cannot be read; the message names the way out. What
                only reading can tell is raised by `Batch.read`.
        """
        raise NotImplementedError

    def described_by(self, batch: Batch) -> "SourceBase":  # noqa: ARG002
        """Return the source whose options speak for the records of a batch."""
        return self
