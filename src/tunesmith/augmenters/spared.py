"""Leaves out of the feedback rounds what somebody has asked to forget: rounds are never edited."""

from tunesmith.augmenters.feedback import Round
from tunesmith.forgotten import Forgotten
from tunesmith.rows import Row

Refusal = dict[str, str]


def spared(rounds: list[Round], forgotten: Forgotten) -> tuple[list[Round], list[Refusal]]:
    """Return the rounds without the rows to forget, and a record without text of each.

    What was made from a row of feedback that goes, goes too.
    """
    gone: dict[str, str] = {}
    new = True
    while new:
        known = forgotten._replace(rows=forgotten.rows | gone.keys())
        rows = [row for one in rounds for row in one.rows if row["id"] not in gone]
        found = {str(row["id"]): why for row in rows if (why := known.why(row))}
        gone |= found
        new = bool(found)
    left = [one._replace(rows=[row for row in one.rows if row["id"] not in gone]) for one in rounds]
    records = [
        _refusal(row, gone[row["id"]]) for one in rounds for row in one.rows if row["id"] in gone
    ]
    return left, records


def _refusal(row: Row, why: str) -> Refusal:
    """Return what is told of a row that is left out."""
    keys = ("id", "op", "source")
    return {**{key: str(row[key]) for key in keys}, "reason": "forgotten", "other": why}
