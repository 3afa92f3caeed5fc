"""Ids: no two rows may share one, or predictions and scores would be joined wrongly."""

from typing import Any, Literal

from tunesmith.expectations.check import RowCheck
from tunesmith.expectations.evidence import Evidence


class UniqueIds(RowCheck):
    """Every id occurs once."""

    kind: Literal["unique_ids"] = "unique_ids"

    @property
    def column(self) -> str:
        """See `Check`."""
        return "row_id"

    def values(self, evidence: Evidence) -> list[str]:
        """Return the ids."""
        return [row["id"] or "" for row in evidence.rows]

    def rule(self) -> Any:
        """See `Check`."""
        from great_expectations.expectations import ExpectColumnValuesToBeUnique

        return ExpectColumnValuesToBeUnique(column=self.column, mostly=self.mostly)

    def reason(self, value: str) -> str:
        """See `Check`."""
        return "another row has this id" if value else "no id"
