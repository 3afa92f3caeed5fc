"""Trained tokens: a row without any costs time and teaches nothing."""

from typing import Any, Literal

from pydantic import PositiveInt

from tunesmith.expectations.check import RowCheck, Values
from tunesmith.expectations.evidence import Evidence


class TrainedTokens(RowCheck):
    """Every row has `at_least` tokens whose loss counts, after the cut at `max_length` tokens.

    Tokens are those of the base model's tokenizer and chat template.
    """

    kind: Literal["trained_tokens"] = "trained_tokens"
    at_least: PositiveInt = 1
    max_length: PositiveInt | None = None  # None: nothing is cut

    @property
    def column(self) -> str:
        """See `Check`."""
        return f"trained_tokens_within_{self.max_length or 'any_length'}"

    def values(self, evidence: Evidence) -> Values:
        """Return the trained tokens of each row."""
        return [sum(flags[: self.max_length]) for flags in evidence.trained]

    def rule(self) -> Any:
        """See `Check`."""
        from great_expectations.expectations import ExpectColumnValuesToBeBetween

        return ExpectColumnValuesToBeBetween(
            column=self.column, min_value=self.at_least, mostly=self.mostly
        )

    def reason(self, value: int) -> str:
        """See `Check`."""
        cut = f" within {self.max_length} tokens" if self.max_length else ""
        return f"{value} trained tokens{cut}, at least {self.at_least}"
