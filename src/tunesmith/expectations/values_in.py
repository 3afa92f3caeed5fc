"""Values: only those that were agreed on, of a label, a licence or any other field."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from tunesmith.expectations.check import RowCheck, Values
from tunesmith.expectations.evidence import Evidence
from tunesmith.expectations.fields import field_column
from tunesmith.fields import checked_field


class ValuesIn(RowCheck):
    """Every row's `field` is one of `values`; a row without it fails."""

    kind: Literal["values_in"] = "values_in"
    field: Annotated[str, AfterValidator(checked_field)]
    allowed: list[str] = Field(alias="values", min_length=1)

    @property
    def column(self) -> str:
        """See `Check`."""
        return f"{self.field} or none"

    def values(self, evidence: Evidence) -> Values:
        """Return the field, an empty text for none."""
        return field_column(evidence, self.field).fill_null("")

    def rule(self) -> Any:
        """See `Check`."""
        from great_expectations.expectations import ExpectColumnValuesToBeInSet

        return ExpectColumnValuesToBeInSet(
            column=self.column, value_set=list(self.allowed), mostly=self.mostly
        )

    def reason(self, value: str) -> str:
        """See `Check`."""
        return f"{self.field} is {value}, which is not allowed" if value else f"no {self.field}"
