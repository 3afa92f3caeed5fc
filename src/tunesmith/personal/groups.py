"""Deals rows out to their groups, and says which of them are too small for an adapter."""

from collections import defaultdict
from dataclasses import dataclass

from tunesmith.errors import UserError
from tunesmith.fields import field_of
from tunesmith.files import sha256_text
from tunesmith.personal import Personal
from tunesmith.rows import Row

FEW = "too few rows"
BEYOND = "beyond max_groups"
NOT_BETTER = "not surely better"


@dataclass(frozen=True)
class Group:
    """The rows of one user or group.

    Attributes:
        value: of the field that they have in common.
        train: rows to train on.
        held_out: rows of validation, to compare on.
        left: why it keeps the shared adapter; empty where it gets its own.
    """

    value: str
    train: list[Row]
    held_out: list[Row]
    left: str = ""

    @property
    def member(self) -> str:
        """Name of its adapter, which may be the name of a folder, whatever the value holds."""
        return f"own-{sha256_text(self.value)[:12]}"


def groups_of(rows: list[Row], validation: list[Row], dials: Personal) -> list[Group]:
    """Return all groups, the largest first.

    Raises:
        UserError: no row has the field, or no group has rows enough.
    """
    train, held_out = (_by_value(some, dials.by) for some in (rows, validation))
    if not train:
        raise UserError(f"personalise: no train row has the field {dials.by}; set `by` to one")
    sized = sorted(train, key=lambda value: (-len(train[value]), value))
    found = []
    for place, value in enumerate(sized):
        left = FEW if len(train[value]) < dials.min_rows else ""
        if not left and dials.max_groups is not None and place >= dials.max_groups:
            left = BEYOND
        found.append(Group(value, train[value], held_out.get(value, []), left))
    if all(group.left for group in found):
        most = len(train[sized[0]])
        raise UserError(
            f"personalise: the largest of {len(found):,} groups by {dials.by} has {most} train "
            f"rows, and min_rows is {dials.min_rows}; lower it, or group by something coarser"
        )
    return found


def _by_value(rows: list[Row], by: str) -> dict[str, list[Row]]:
    """Return the rows of each value; rows without one are nobody's."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        value = field_of(row, by)
        if value is not None:
            found[value].append(row)
    return dict(found)
