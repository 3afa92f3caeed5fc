"""What every expectation has: a column of values, a rule of Great Expectations, a reason."""

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from tunesmith.component import Component

if TYPE_CHECKING:
    from tunesmith.expectations.evidence import Evidence

Severity = Literal["critical", "warning"]
Table = Literal["rows", "collected", "labels"]


class Check(Component):
    """An expectation: a critical one that fails stops the run, a warning is only told."""

    severity: Severity = "critical"
    table: ClassVar[Table] = "rows"

    @property
    def column(self) -> str:
        """Name of the column that `values` fills; checks that share a name share the values."""
        raise NotImplementedError

    def values(self, evidence: "Evidence") -> list[Any]:
        """Return one value for each record of the table, None where the check does not apply.

        Raises:
            UserError: they cannot be had, so that the expectation cannot be evaluated.
        """
        raise NotImplementedError

    def rule(self) -> Any:
        """Return the expectation of Great Expectations on that column."""
        raise NotImplementedError

    def reason(self, value: Any) -> str:
        """Say what is wrong with a value; personal data is never repeated."""
        raise NotImplementedError

    def statement(self, observed: Any) -> str:
        """Say what was seen of the table as a whole; rules on single records need none."""
        raise NotImplementedError


class RowCheck(Check):
    """An expectation on single records, `mostly` of which (a share) must meet it."""

    mostly: float = Field(1.0, gt=0, le=1)
