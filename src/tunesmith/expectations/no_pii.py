"""Personal data: what is trained on can be asked for."""

from typing import Any, Literal

from pydantic import Field

from tunesmith.expectations.check import RowCheck, Values
from tunesmith.expectations.evidence import Evidence
from tunesmith.text.pii import KINDS, Kind, find_pii


class NoPii(RowCheck):
    """No e-mail address, phone, card, identity number or key in any text of a row."""

    kind: Literal["no_pii"] = "no_pii"
    kinds: tuple[Kind, ...] = Field(KINDS, min_length=1)

    @property
    def column(self) -> str:
        """See `Check`."""
        return "personal_data" if self.kinds == KINDS else f"personal_data {' '.join(self.kinds)}"

    def values(self, evidence: Evidence) -> Values:
        """Return the kinds found in each row, never the data itself."""
        return [
            ", ".join(sorted({found.kind for found in find_pii(text, self.kinds)}))
            for text in evidence.texts
        ]

    def rule(self) -> Any:
        """See `Check`."""
        from great_expectations.expectations import ExpectColumnValuesToBeInSet

        return ExpectColumnValuesToBeInSet(column=self.column, value_set=[""], mostly=self.mostly)

    def reason(self, value: str) -> str:
        """See `Check`."""
        return f"holds {value}"
