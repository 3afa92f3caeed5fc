"""Written: rows that a person wrote; all of them are proposed, for the slice that they name."""

from typing import ClassVar, Literal

from tunesmith.proposals.maker import Bench, Candidate, Made, Maker
from tunesmith.proposals.target import EVERYWHERE, Target
from tunesmith.rows import Row


class Written(Maker):
    """Propose rows of `data/written`, whatever the quotas.

    A row is for the weak slice that its `slice` names or that its fields put it into, else for
    `overall`. It is ready: a person has seen it.
    """

    kind: Literal["written"] = "written"
    beyond_quota: ClassVar[bool] = True

    def __call__(self, target: Target, bench: Bench, wanted: int) -> Made:
        """See `Maker`."""
        del wanted
        return Made([Candidate(row, 1.0) for row in bench.written if _is_for(row, target)])


def _is_for(row: Row, target: Target) -> bool:
    """True for a row of the slice; rows that no slice has are left for the last, `overall`."""
    named = row.get("slice")
    if target.name == EVERYWHERE:
        return True
    return named == target.name if named else target.holds(row) is True
