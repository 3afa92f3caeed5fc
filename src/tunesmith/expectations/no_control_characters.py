"""Control characters: left by broken encodings, and never meant to be learned."""

import re
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tunesmith.expectations.check import RowCheck, Values
from tunesmith.expectations.columns import holds_json, texts, to_flags
from tunesmith.expectations.evidence import Evidence
from tunesmith.rows import Row, all_text, frame_of, to_rows

CONTROL = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]"  # Python and RE2 read it alike


class NoControlCharacters(RowCheck):
    """No control character but tab and line ends, and no replacement character U+FFFD."""

    kind: Literal["no_control_characters"] = "no_control_characters"

    @property
    def column(self) -> str:
        """See `Check`."""
        return "control_characters"

    def values(self, evidence: Evidence) -> Values:
        """Return which character stands where in all text of a row, or an empty text."""
        return evidence.by_batch(control_characters)

    def rule(self) -> Any:
        """See `Check`."""
        from great_expectations.expectations import ExpectColumnValuesToBeInSet

        return ExpectColumnValuesToBeInSet(column=self.column, value_set=[""], mostly=self.mostly)

    def reason(self, value: str) -> str:
        """See `Check`."""
        return value


def control_characters(batch: pa.RecordBatch) -> pa.Array:
    """Return the first control character of each row with its place, or an empty text.

    Columns are searched as a whole; only rows with a hit, or with JSON, are looked at one by one.
    """
    suspect = holds_json(batch)
    for rows, column in texts(batch):
        suspect[rows[to_flags(pc.match_substring_regex(column, CONTROL))]] = True
    places = np.flatnonzero(suspect)
    some = to_rows(frame_of(pa.Table.from_batches([batch]).take(pa.array(places))))
    found = np.full(len(batch), "", dtype=object)
    found[places] = [_first_of(row) for row in some]
    return pa.array(found, pa.string())


def _first_of(row: Row) -> str:
    """Return the first control character of a row and its place in all text."""
    text = all_text(row)
    found = re.search(CONTROL, text)
    return f"U+{ord(found[0]):04X} at character {found.start() + 1}" if found else ""
