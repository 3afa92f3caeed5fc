"""Drop rate: cleaning that throws away half the data is a broken source or a wrong dial."""

from typing import Any, ClassVar, Literal

from pydantic import Field

from tunesmith.expectations.check import Check, TableName, Values
from tunesmith.expectations.evidence import Evidence


class DropRate(Check):
    """Cleaning dropped at most the share `at_most` of the rows that were collected."""

    kind: Literal["drop_rate"] = "drop_rate"
    at_most: float = Field(ge=0, le=1)
    table: ClassVar[TableName] = "collected"

    @property
    def column(self) -> str:
        """See `Check`."""
        return "dropped"

    def values(self, evidence: Evidence) -> Values:
        """Return 1.0 for each dropped row and 0.0 for a kept one."""
        return evidence.dropped

    def rule(self) -> Any:
        """See `Check`."""
        from great_expectations.expectations import ExpectColumnMeanToBeBetween

        return ExpectColumnMeanToBeBetween(column=self.column, max_value=self.at_most)

    def statement(self, observed: float) -> str:
        """See `Check`."""
        return f"{observed:.1%} of the collected rows were dropped, at most {self.at_most:.1%}"
