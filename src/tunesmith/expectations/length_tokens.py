"""Length: rows that are too long for the model are cut, often in the answer."""

from typing import Any, Literal

from pydantic import PositiveInt

from tunesmith.expectations.check import RowCheck, Values
from tunesmith.expectations.evidence import Evidence


class LengthTokens(RowCheck):
    """Rows are at most `at_most` tokens long, prompt, answer and template together."""

    kind: Literal["length_tokens"] = "length_tokens"
    at_most: PositiveInt

    @property
    def column(self) -> str:
        """See `Check`."""
        return "length_tokens"

    def values(self, evidence: Evidence) -> Values:
        """Return the tokens of each row."""
        return [len(flags) for flags in evidence.trained]

    def rule(self) -> Any:
        """See `Check`."""
        from great_expectations.expectations import ExpectColumnValuesToBeBetween

        return ExpectColumnValuesToBeBetween(
            column=self.column, max_value=self.at_most, mostly=self.mostly
        )

    def reason(self, value: int) -> str:
        """See `Check`."""
        return f"{value} tokens, at most {self.at_most}"
