"""Leaks: no row to train on may repeat a row that the model is tested on."""

from typing import Any, Literal

from pydantic import Field

from tunesmith.expectations.check import RowCheck, Values
from tunesmith.expectations.evidence import Evidence
from tunesmith.text.leaks import leaks


class NoLeak(RowCheck):
    """No row outside the test split equals, or nearly equals, a test row of the other table."""

    kind: Literal["no_leak"] = "no_leak"
    similarity: float = Field(0.9, ge=0.5, le=1)

    @property
    def column(self) -> str:
        """See `Check`."""
        return f"test_row_at_{self.similarity}"

    def values(self, evidence: Evidence) -> Values:
        """Return the source of the test row that each row repeats, or an empty text.

        Rows of the test split itself are not checked.
        """
        test = [row for row in evidence.held_out if row["split"] == "test"]
        places = [i for i, row in enumerate(evidence.rows) if row["split"] != "test"]
        found: list[str | None] = [None] * len(evidence.rows)
        for place in places:
            found[place] = ""
        left = [evidence.rows[place] for place in places]
        for leak in leaks(left, test, self.similarity):
            found[places[leak.left]] = f"{test[leak.right]['source']} ({leak.score:.3f})"
        return found

    def rule(self) -> Any:
        """See `Check`."""
        from great_expectations.expectations import ExpectColumnValuesToBeInSet

        return ExpectColumnValuesToBeInSet(column=self.column, value_set=[""], mostly=self.mostly)

    def reason(self, value: str) -> str:
        """See `Check`."""
        return f"repeats the test row {value}"
