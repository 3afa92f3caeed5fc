"""Row count: a source that came back empty must not start a training."""

from typing import Any, Literal

import numpy as np
from pydantic import PositiveInt

from tunesmith.expectations.check import Check, Values
from tunesmith.expectations.evidence import Evidence


class RowsAtLeast(Check):
    """The table has at least `n` rows."""

    kind: Literal["rows_at_least"] = "rows_at_least"
    n: PositiveInt

    @property
    def column(self) -> str:
        """See `Check`."""
        return "row"

    def values(self, evidence: Evidence) -> Values:
        """Return the numbers of the rows; only how many there are counts."""
        return np.arange(len(evidence.table))

    def rule(self) -> Any:
        """See `Check`."""
        from great_expectations.expectations import ExpectTableRowCountToBeBetween

        return ExpectTableRowCountToBeBetween(min_value=self.n)

    def statement(self, observed: int) -> str:
        """See `Check`."""
        return f"{observed:,} rows, at least {self.n:,}"
