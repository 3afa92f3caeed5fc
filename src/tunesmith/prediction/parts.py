"""Predictions in parts: what a killed run has made is not made again, whatever the order."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from tunesmith.prediction.forms import form_of
from tunesmith.rows import Row, text_of, write_table

if TYPE_CHECKING:
    import pandas as pd

BATCHES = 8  # of a part: little is lost, and little padding is added


def parts_of(rows: list[Row], task: str, batch_size: int) -> Iterator[tuple[str, list[int]]]:
    """Yield the form of each part and the places of its rows; longest rows first.

    Args:
        rows: the frozen rows.
        task: of the model.
        batch_size: rows of a batch.
    """
    forms = [form_of(row, task) for row in rows]
    sizes = [len(text_of(row)) for row in rows]
    step = BATCHES * batch_size
    for form in sorted(set(forms)):
        own = [place for place, one in enumerate(forms) if one == form]
        own.sort(key=lambda place: (-sizes[place], place))
        for start in range(0, len(own), step):
            yield form, own[start : start + step]


class Parts:
    """The parts that are kept in a folder; without a folder nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def get(
        self, number: int, make: Callable[[], "tuple[pd.DataFrame, float]"]
    ) -> "tuple[pd.DataFrame, float]":
        """Return a part's table and the seconds it took, made now or by a run that was killed."""
        if self._folder is None:
            return make()
        path = self._folder / f"{number:05}.parquet"
        found = _read(path)
        if found is None:
            found = make()
            table = pa.Table.from_pandas(found[0], preserve_index=False)
            seconds = json.dumps(found[1])
            write_table(path, table.replace_schema_metadata({"seconds": seconds}))
        return found

    def count(self) -> int:
        """Return how many parts are kept."""
        return len(list(self._folder.glob("*.parquet"))) if self._folder else 0


def _read(path: Path) -> "tuple[pd.DataFrame, float] | None":
    """Return a kept part, or None where there is none or it cannot be read."""
    try:
        table = pq.read_table(path)
    except (FileNotFoundError, pa.ArrowInvalid):
        return None
    seconds = json.loads((table.schema.metadata or {}).get(b"seconds", b"0"))
    return table.to_pandas(), float(seconds)
