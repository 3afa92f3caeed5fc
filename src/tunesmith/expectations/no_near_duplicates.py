"""Near-duplicates: rows that repeat each other are learned twice, and by heart."""

from typing import Any, Literal

from pydantic import Field

from tunesmith.expectations.check import RowCheck, Values
from tunesmith.expectations.evidence import Evidence
from tunesmith.text.near_duplicates import near_pairs


class NoNearDuplicates(RowCheck):
    """At most the share 1 - `mostly` of the rows equal, or nearly equal, an earlier row.

    All text of a row counts, the rejected answer too. Template rows that differ in one word are
    alike here, which cleaning would keep: this measures, it does not judge.
    """

    kind: Literal["no_near_duplicates"] = "no_near_duplicates"
    similarity: float = Field(0.9, ge=0.5, le=1)

    @property
    def column(self) -> str:
        """See `Check`."""
        return f"repeats_at_{self.similarity}"

    def values(self, evidence: Evidence) -> Values:
        """Return the source of the earlier row that each row repeats, or an empty text."""
        found = [""] * len(evidence.rows)
        for earlier, later, score in near_pairs(evidence.texts, self.similarity):
            found[later] = found[later] or f"{evidence.rows[earlier]['source']} ({score:.3f})"
        return found

    def rule(self) -> Any:
        """See `Check`."""
        from great_expectations.expectations import ExpectColumnValuesToBeInSet

        return ExpectColumnValuesToBeInSet(column=self.column, value_set=[""], mostly=self.mostly)

    def reason(self, value: str) -> str:
        """See `Check`."""
        return f"repeats the row {value}"
