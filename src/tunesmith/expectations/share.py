"""Shares: how much of the data one language, label or source may be."""

from typing import Annotated, Any, Literal

import numpy as np
import pyarrow.compute as pc
from pydantic import AfterValidator

from tunesmith.expectations.bounds import Bounds, in_words
from tunesmith.expectations.check import Check, Values
from tunesmith.expectations.columns import to_flags
from tunesmith.expectations.evidence import Evidence
from tunesmith.expectations.fields import field_column
from tunesmith.fields import checked_field


class Share(Check):
    """The share of rows whose `field` is `value` lies in `between`, from 0 to 1."""

    kind: Literal["share"] = "share"
    field: Annotated[str, AfterValidator(checked_field)]
    value: str
    between: Bounds

    @property
    def column(self) -> str:
        """See `Check`."""
        return f"{self.field} is {self.value}"

    def values(self, evidence: Evidence) -> Values:
        """Return 1.0 for a row that has the value, else 0.0."""
        return np.asarray(
            to_flags(pc.equal(field_column(evidence, self.field), self.value)), dtype=float
        )

    def rule(self) -> Any:
        """See `Check`."""
        from great_expectations.expectations import ExpectColumnMeanToBeBetween

        low, high = self.between
        return ExpectColumnMeanToBeBetween(column=self.column, min_value=low, max_value=high)

    def statement(self, observed: float) -> str:
        """See `Check`."""
        wanted = in_words(self.between, "{:.1%}")
        return f"{observed:.1%} of the rows have {self.field} {self.value}, wanted {wanted}"
