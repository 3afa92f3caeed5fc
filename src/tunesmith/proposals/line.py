"""A line of the file of proposals: the row as a round of feedback holds it, and who says why."""

from typing import Any, NamedTuple

from tunesmith.proposals.maker import Candidate
from tunesmith.proposals.target import Target
from tunesmith.rows import COLUMNS, meta_of, row_id

UNSAID = ("split", "meta")  # rows of a round are train rows; `meta` is written as an object


class Proposal(NamedTuple):
    """A candidate that was taken, by whom and for which slice."""

    candidate: Candidate
    target: Target
    maker: str
    place: tuple[int, int]  # of the slice, of the maker

    @property
    def id(self) -> str:
        """Return 16 hexadecimal digits of what it says and who made it, whatever the slice."""
        one = self.candidate
        return row_id(f"{self.maker}:{one.replaces or ''}:{one.weight}", one.row)

    @property
    def order(self) -> tuple[int, int, float, str]:
        """Return what lines are sorted by: slice, maker, score, id."""
        return (*self.place, -self.candidate.score, self.id)

    def line(self) -> dict[str, Any]:
        """Return what is written."""
        one = self.candidate
        filled = {name: one.row.get(name) for name in COLUMNS if name not in UNSAID}
        line = {name: cell for name, cell in filled.items() if cell is not None}
        if meta := meta_of(one.row):
            line["meta"] = meta
        if one.replaces is not None:
            line["replaces"] = one.replaces
        if one.weight > 1:
            line["weight"] = one.weight
        return {**line, "proposal": self._said()}

    def _said(self) -> dict[str, Any]:
        """Return what the proposal says of itself."""
        return {
            "id": self.id,
            "slice": self.target.name,
            "reason": self.target.reason,
            "maker": self.maker,
            "score": round(self.candidate.score, 4),
            "needs": self.candidate.needs,
        }
