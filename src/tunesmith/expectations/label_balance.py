"""Label balance: a class that hardly occurs is hardly learned."""

from typing import Any, ClassVar, Literal

from pydantic import Field

from tunesmith.errors import UserError
from tunesmith.expectations.check import RowCheck, TableName, Values
from tunesmith.expectations.evidence import Evidence


class LabelBalance(RowCheck):
    """No label has more than `max_ratio` times the rows of the rarest one."""

    kind: Literal["label_balance"] = "label_balance"
    max_ratio: float = Field(ge=1)
    table: ClassVar[TableName] = "labels"

    @property
    def column(self) -> str:
        """See `Check`."""
        return "times_the_rarest"

    def values(self, evidence: Evidence) -> Values:
        """Return, for each label, its rows divided by those of the rarest label."""
        if not evidence.labels:
            raise UserError("no row has a label")
        rarest = min(evidence.labels.values())
        return [count / rarest for count in evidence.labels.values()]

    def rule(self) -> Any:
        """See `Check`."""
        from great_expectations.expectations import ExpectColumnValuesToBeBetween

        return ExpectColumnValuesToBeBetween(
            column=self.column, max_value=self.max_ratio, mostly=self.mostly
        )

    def reason(self, value: float) -> str:
        """See `Check`."""
        return f"{value:.1f} times the rows of the rarest label, at most {self.max_ratio:g}"
