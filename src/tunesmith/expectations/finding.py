"""What an expectation found, for the result file and for the person who has to mend it."""

from dataclasses import dataclass, field
from typing import Any, Literal

from tunesmith.expectations.check import Check

Status = Literal["passed", "failed", "not_evaluated"]
SHOWN = 20


@dataclass(frozen=True)
class Failing:
    """A record that did not meet an expectation."""

    id: str
    source: str
    reason: str


@dataclass(frozen=True)
class Finding:
    """The outcome of one expectation; `not_evaluated` is no verdict on the data."""

    check: Check
    kind: str
    status: Status
    message: str  # why it failed or could not be evaluated; what was seen of the table
    checked: int = 0
    observed: Any = None  # of rules on the table as a whole
    failing: list[Failing] = field(default_factory=list)
    result: dict[str, Any] = field(default_factory=dict)  # of Great Expectations, for Data Docs

    @property
    def stops(self) -> bool:
        """True when the run may not go on."""
        return self.status != "passed" and self.check.severity == "critical"

    def record(self) -> dict[str, Any]:
        """Return the finding for the result file."""
        settings = self.check.model_dump(exclude={"kind", "severity"}, by_alias=True)
        return {
            "kind": self.kind,
            "settings": settings,
            "severity": self.check.severity,
            "status": self.status,
            "success": self.status == "passed",
            "checked": self.checked,
            "failed": len(self.failing),
            "percent": 100 * len(self.failing) / self.checked if self.checked else 0.0,
            "observed": self.observed,
            "message": self.message,
            "first_failing": [vars(item) for item in self.failing[:SHOWN]],
        }
