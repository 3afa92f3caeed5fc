"""Which rows may be compared for duplicates."""

from tunesmith.cleaners.base import is_test
from tunesmith.rows import Row


def comparable(records: list[Row]) -> list[list[int]]:
    """Return the rows in groups of one split and task; test rows are in none."""
    groups: dict[tuple[str | None, str], list[int]] = {}
    for place, row in enumerate(records):
        if not is_test(row):
            groups.setdefault((row["split"], row["task"]), []).append(place)
    return list(groups.values())
