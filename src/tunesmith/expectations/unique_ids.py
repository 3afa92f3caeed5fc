"""Ids: no two rows may share one, or predictions and scores would be joined wrongly."""

from typing import Any, Literal

import numpy as np

from tunesmith.expectations.check import RowCheck, Values
from tunesmith.expectations.columns import codes
from tunesmith.expectations.evidence import Evidence


class UniqueIds(RowCheck):
    """Every row has an id, and no other row has it."""

    kind: Literal["unique_ids"] = "unique_ids"

    @property
    def column(self) -> str:
        """See `Check`."""
        return "rows_with_this_id"

    def values(self, evidence: Evidence) -> Values:
        """Return how many rows have the id of each row, 0 for a row without one."""
        ids = codes(evidence.table["id"])
        return np.where(ids < 0, 0, np.bincount(ids + 1)[ids + 1])

    def rule(self) -> Any:
        """See `Check`."""
        from great_expectations.expectations import ExpectColumnValuesToBeBetween

        return ExpectColumnValuesToBeBetween(
            column=self.column, min_value=1, max_value=1, mostly=self.mostly
        )

    def reason(self, value: int) -> str:
        """See `Check`."""
        return f"{value} rows have this id" if value else "no id"
