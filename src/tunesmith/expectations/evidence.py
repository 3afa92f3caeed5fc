"""What a suite looks at: tables in columns, and what is made from them once when asked for."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tunesmith.errors import UserError
from tunesmith.expectations.check import TableName
from tunesmith.rows import Row, all_text, frame_of, to_rows
from tunesmith.text.evaluation_sets import EvaluationSet

FORGOTTEN = "forgotten"  # the step of cleaning that obeys requests to forget
BATCH = 200_000  # rows that a column is made of at a time; bounds what is held beside the table


@dataclass
class Evidence:
    """Rows under test and the tables that some expectations compare them with."""

    table: pa.Table  # the rows under test
    against: pa.Table  # the held-out rows that no train row may repeat
    decisions: pa.Table  # of stage clean: id, source, step, action, reason, score
    base: Path  # folder with the base model's descriptor
    ood: pa.Table | None = None  # the rows of the out-of-distribution sets
    sets: Sequence[EvaluationSet] = ()  # whose questions no train row may hold

    @cached_property
    def rows(self) -> list[Row]:
        """The rows as dictionaries, for what has to read each one in full."""
        return to_rows(frame_of(self.table))

    @cached_property
    def held_out(self) -> list[Row]:
        """The rows to compare with, as dictionaries."""
        return to_rows(frame_of(self.against))

    @cached_property
    def out_of_distribution(self) -> list[Row]:
        """The rows of the out-of-distribution sets, as dictionaries."""
        return [] if self.ood is None else to_rows(frame_of(self.ood))

    @cached_property
    def texts(self) -> list[str]:
        """All text of each row, rejected answers too."""
        return [all_text(row) for row in self.rows]

    @cached_property
    def trained(self) -> list[list[bool]]:
        """For each row, one flag a token: True where the loss counts."""
        from tunesmith.expectations.tokens import trained_flags
        from tunesmith.models.tokenizer import load_tokenizer

        tokenizer = load_tokenizer(self.base)
        return [trained_flags(row, tokenizer) for row in self.rows]

    @cached_property
    def dropped(self) -> NDArray[np.float64]:
        """For each row that cleaning judged, by id and source: 1.0 if it was dropped.

        A row that somebody has asked to forget was judged by nobody, and tells nothing of a source.
        """
        missing = {"id", "source", "action"} - set(self.decisions.column_names)
        if missing:
            raise UserError(f"the decisions lack the columns {', '.join(sorted(missing))}")
        judged = self.decisions
        if "step" in judged.column_names:
            asked = pc.fill_null(pc.equal(judged["step"].cast(pa.string()), FORGOTTEN), False)
            judged = judged.filter(pc.invert(asked))
        drop = pc.equal(judged["action"], "drop").cast(pa.int64())
        some = judged.select(["id", "source"]).append_column("drop", drop)
        each = some.group_by(["id", "source"], use_threads=False).aggregate([("drop", "max")])
        return np.asarray(each["drop_max"].to_numpy(), dtype=np.float64)

    @cached_property
    def labels(self) -> Counter[str]:
        """How many rows each label has, in the order of the labels."""
        found = self.table["label"].drop_null().value_counts().to_pylist()
        return Counter({str(one["values"]): one["counts"] for one in sorted(found, key=_value)})

    def by_batch(self, function: Callable[[pa.RecordBatch], Any]) -> pa.ChunkedArray:
        """Return the column that a function makes of the rows, a batch at a time."""
        batches = self.table.to_batches(max_chunksize=BATCH)
        return pa.chunked_array([pa.array(function(batch)) for batch in batches])

    def records(self, table: TableName, places: Sequence[int]) -> list[tuple[str, str]]:
        """Return id and source of the records at some places of a table."""
        if table == "labels":
            names = list(self.labels)
            return [(names[place], "") for place in places]
        some = self.table.select(["id", "source"]).take(pa.array(places, pa.int64())).to_pylist()
        return [(row["id"] or "", row["source"] or "") for row in some]


def _value(one: dict[str, Any]) -> str:
    """Return what is counted."""
    return str(one["values"])
