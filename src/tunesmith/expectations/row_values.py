"""The columns that an expectation of Great Expectations may name: fields, text and lengths."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pyarrow as pa

from tunesmith.expectations.check import Values
from tunesmith.expectations.evidence import Evidence
from tunesmith.expectations.fields import field_column
from tunesmith.expectations.row_lengths import row_lengths
from tunesmith.fields import NAMED
from tunesmith.rows import text_of

if TYPE_CHECKING:
    import pandas as pd

MADE: dict[str, Callable[[Evidence], Values]] = {
    "id": lambda evidence: evidence.table["id"].to_pandas(),
    "text": lambda evidence: [text_of(row) for row in evidence.rows],
    "length_chars": lambda evidence: row_lengths(evidence, "characters"),
    "length_tokens": lambda evidence: row_lengths(evidence, "tokens"),
}


def checked_name(name: str) -> str:
    """Return the name of a column, or say which there are.

    Raises:
        ValueError: there is none of that name.
    """
    if name in MADE or name in NAMED or (name.startswith("meta.") and name != "meta."):
        return name
    raise ValueError(f'no column "{name}"; known: {", ".join([*MADE, *NAMED])}, meta.<key>')


def row_values(evidence: Evidence, name: str) -> "pd.Series":
    """Return a column, null where a row has no value; `meta` values that all are numbers as such.

    Raises:
        UserError: lengths in tokens cannot be had.
    """
    import pandas as pd

    if name in MADE:
        values = MADE[name](evidence)
        return pd.Series(values.to_pandas() if isinstance(values, pa.ChunkedArray) else values)
    found = pd.Series(field_column(evidence, name).to_pandas())
    if name.startswith("meta."):
        numbers = pd.to_numeric(found, errors="coerce")
        if numbers.notna().equals(found.notna()):
            return numbers
    return found
