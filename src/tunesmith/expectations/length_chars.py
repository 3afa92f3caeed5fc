"""Length in characters: cheap to count, and seen before any model is chosen."""

from typing import Any, Literal

from pydantic import NonNegativeInt, PositiveInt

from tunesmith.expectations.check import RowCheck, Values
from tunesmith.expectations.evidence import Evidence
from tunesmith.expectations.row_lengths import COLUMNS, row_lengths


class LengthChars(RowCheck):
    """The messages of a row are `at_least` to `at_most` characters long, all together."""

    kind: Literal["length_chars"] = "length_chars"
    at_least: NonNegativeInt = 1
    at_most: PositiveInt

    @property
    def column(self) -> str:
        """See `Check`."""
        return COLUMNS["characters"]

    def values(self, evidence: Evidence) -> Values:
        """Return the characters of each row."""
        return row_lengths(evidence, "characters")

    def rule(self) -> Any:
        """See `Check`."""
        from great_expectations.expectations import ExpectColumnValuesToBeBetween

        return ExpectColumnValuesToBeBetween(
            column=self.column,
            min_value=self.at_least,
            max_value=self.at_most,
            mostly=self.mostly,
        )

    def reason(self, value: int) -> str:
        """See `Check`."""
        return f"{value} characters, wanted {self.at_least} to {self.at_most}"
