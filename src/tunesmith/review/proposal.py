"""A row proposed for the next round: its columns, which slice it is for, who made it and why."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tunesmith.errors import UserError
from tunesmith.local_page.lines import first_fault
from tunesmith.review.row_check import check_shape, checked
from tunesmith.rows import Row
from tunesmith.text.json_lines import json_lines

ID = r"^[0-9a-f]{16}$"


class Origin(BaseModel):
    """What a proposal says of itself; further keys are kept."""

    model_config = ConfigDict(frozen=True, extra="allow")

    id: Annotated[str, Field(pattern=ID)]  # of content and maker: another row has another
    slice: str
    reason: str
    maker: str
    score: float
    needs: Literal["answer", "review"] | None = None  # what a person has to do before it counts


class Proposal(NamedTuple):
    """A proposed row and its origin; `row` may hold `replaces`, the id of a train row."""

    origin: Origin
    row: Row
    where: str  # file:line

    @property
    def id(self) -> str:
        """What decisions name it by."""
        return self.origin.id


def read_proposals(path: Path) -> list[Proposal]:
    """Return the proposals of a file in its order.

    Raises:
        UserError: no such file, a line is no proposal, or two have one id; names file and line.
    """
    if not path.exists():
        raise UserError(f"{path}: no such file; `tunesmith run` finds what is weak and proposes")
    found = [_proposal(data, f"{path}:{number}") for number, data in json_lines(path)]
    _refuse_twins(found)
    return found


def _proposal(data: dict[str, Any], where: str) -> Proposal:
    """Return the proposal of one line."""
    row = {name: cell for name, cell in data.items() if name != "proposal" and cell is not None}
    try:
        origin = Origin.model_validate(data.get("proposal"))
    except ValidationError as error:
        raise UserError(f"{where}: proposal: {first_fault(error)}") from None
    if origin.needs == "answer":
        check_shape(row, where)
    else:
        checked(row, where)
    return Proposal(origin, row, where)


def _refuse_twins(proposals: Sequence[Proposal]) -> None:
    """Refuse two proposals that no decision could tell apart."""
    places: dict[str, str] = {}
    for one in proposals:
        if one.id in places:
            raise UserError(f"{one.where}: proposal {one.id} is at {places[one.id]} already")
        places[one.id] = one.where
