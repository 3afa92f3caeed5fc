"""Length distribution: a source that changed its shape shows in the quantiles first."""

from typing import Annotated, Any, Literal

from pydantic import Field

from tunesmith.expectations.bounds import Bounds, in_words
from tunesmith.expectations.check import Check, Values
from tunesmith.expectations.evidence import Evidence
from tunesmith.expectations.row_lengths import COLUMNS, Unit, row_lengths

Quantile = Annotated[float, Field(ge=0, le=1)]


class LengthQuantiles(Check):
    """Each quantile of the rows' lengths lies in its bounds.

    `{0.5: [20, 400], 0.99: [null, 2000]}` bounds the median on both sides and the longest above. A
    quantile q is the length that the share q of the rows do not exceed.
    """

    kind: Literal["length_quantiles"] = "length_quantiles"
    unit: Unit
    between: dict[Quantile, Bounds] = Field(min_length=1)

    @property
    def column(self) -> str:
        """See `Check`."""
        return COLUMNS[self.unit]

    def values(self, evidence: Evidence) -> Values:
        """Return the length of each row in the unit."""
        return row_lengths(evidence, self.unit)

    def rule(self) -> Any:
        """See `Check`."""
        from great_expectations.expectations import ExpectColumnQuantileValuesToBeBetween

        bounds = {
            "quantiles": list(self.between),
            "value_ranges": [list(bound) for bound in self.between.values()],
        }
        return ExpectColumnQuantileValuesToBeBetween(column=self.column, quantile_ranges=bounds)

    def statement(self, observed: dict[str, list[float]]) -> str:
        """See `Check`."""
        seen = zip(observed["quantiles"], observed["values"], self.between.values(), strict=True)
        parts = [f"{share:.0%} up to {value:,g} ({in_words(b)})" for share, value, b in seen]
        return f"{self.unit}: {', '.join(parts)}"
