"""Languages: only those that were asked for."""

from typing import Any, Literal

from pydantic import Field

from tunesmith.expectations.check import RowCheck, Values
from tunesmith.expectations.evidence import Evidence


class LanguageIn(RowCheck):
    """Every row's `lang` is one of `values`; a row without one fails."""

    kind: Literal["language_in"] = "language_in"
    languages: list[Literal["en", "zh", "mixed", "other", "und"]] = Field(
        alias="values", min_length=1
    )

    @property
    def column(self) -> str:
        """See `Check`."""
        return "language"

    def values(self, evidence: Evidence) -> Values:
        """Return the languages, an empty text for none."""
        return evidence.table["lang"].fill_null("")

    def rule(self) -> Any:
        """See `Check`."""
        from great_expectations.expectations import ExpectColumnValuesToBeInSet

        return ExpectColumnValuesToBeInSet(
            column=self.column, value_set=list(self.languages), mostly=self.mostly
        )

    def reason(self, value: str) -> str:
        """See `Check`."""
        return f"language {value}, not {', '.join(self.languages)}" if value else "no language"
