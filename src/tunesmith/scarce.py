"""Values of a field that the train rows hardly have."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from tunesmith.fields import ABSENT, shown_field
from tunesmith.rows import Row

FIELDS = ("label", "lang")  # and every `meta.X`
RARE = 0.5  # of the rows that an even share of train would be


class Scarce(NamedTuple):
    """How many train rows have a value, of how many that have any."""

    rows: int
    of: int


def scarce(name: str, train: Sequence[Row]) -> Scarce | None:
    """Return how scarce the rows of a slice are; None where they are not, or it is of no field.

    Args:
        name: of the slice, such as `meta.intent=refund`; a value that no row has is not scarce but
            unknown.
        train: train rows.
    """
    column, _, value = name.partition("=")
    if column not in FIELDS and not column.startswith("meta."):
        return None
    known = Counter(shown_field(row, column) for row in train)
    del known[ABSENT]
    if not known[value] or known[value] >= RARE * known.total() / len(known):
        return None
    return Scarce(known[value], known.total())
