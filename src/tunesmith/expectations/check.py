"""What every expectation has: a column of values, a rule of Great Expectations, a reason."""

from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

import pyarrow as pa
from numpy.typing import NDArray
from pydantic import Field

from tunesmith.component import Component

if TYPE_CHECKING:
    import pandas as pd

    from tunesmith.expectations.evidence import Evidence

Severity = Literal["critical", "warning"]
TableName = Literal["rows", "collected", "labels"]
Values: TypeAlias = list[Any] | NDArray[Any] | pa.ChunkedArray


class Check(Component):
    """An expectation: a critical one that fails stops the run, a warning is only told."""

    severity: Severity = "critical"
    table: ClassVar[TableName] = "rows"

    @property
    def name(self) -> str:
        """What findings call it: its kind."""
        return str(type(self).model_fields["kind"].default)

    @property
    def column(self) -> str:
        """Name of the column that `values` fills; checks that share a name share the values."""
        raise NotImplementedError

    def fill(self, evidence: "Evidence", columns: "dict[str, pd.Series]") -> None:
        """Add the column to those of the table, unless another check has."""
        if self.column not in columns:
            columns[self.column] = series(self.values(evidence))

    def values(self, evidence: "Evidence") -> Values:
        """Return one value for each record of the table, None where the check does not apply.

        Numbers are 64 bits wide: Great Expectations compares others one by one.

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

    def explain(self, frame: "pd.DataFrame", place: int) -> str:
        """Say what is wrong with the record at a place of the table."""
        return self.reason(frame[self.column].iloc[place])

    def statement(self, observed: Any) -> str:
        """Say what was seen of the table as a whole; rules on single records need none."""
        raise NotImplementedError


class RowCheck(Check):
    """An expectation on single records, `mostly` of which (a share) must meet it."""

    mostly: float = Field(1.0, gt=0, le=1)


def series(values: Values) -> "pd.Series":
    """Return values as a column; Arrow's texts become categories, which are compared once each."""
    import pandas as pd

    if not isinstance(values, pa.ChunkedArray):
        return pd.Series(values)
    if pa.types.is_string(values.type):
        values = values.dictionary_encode().unify_dictionaries()
    return pd.Series(values.to_pandas())
