"""Puts the rows of the feedback rounds among the train rows: in the place of one, or after all."""

from dataclasses import dataclass, field
from typing import Any

from tunesmith.augmenters.feedback import Round
from tunesmith.augmenters.guards import held_out_twins
from tunesmith.augmenters.make import Refused
from tunesmith.balance import WEIGHT, repeat_of
from tunesmith.errors import UserError
from tunesmith.rows import CONTENT, Row

REPLACED = "replaced"


@dataclass
class Placed:
    """The train rows with those of the rounds among them.

    Attributes:
        rows: the train split in its order, replaced rows in the place of what they replace.
        added: rows of the rounds that replace none.
        replaced: rows that gave their place, each with the source of the one that took it.
        refused: a record of each row of the rounds that is not taken.
        weights: id → how often training meets the row, where a round says more than once.
    """

    rows: list[Row]
    added: list[Row] = field(default_factory=list)
    replaced: list[Refused] = field(default_factory=list)
    refused: list[dict[str, str]] = field(default_factory=list)
    weights: dict[str, int] = field(default_factory=dict)

    def repeats(self) -> list[Row]:
        """Return each row as often again as its weight says."""
        return [
            repeat_of(row, turn, WEIGHT)
            for row in (*self.rows, *self.added)
            for turn in range(1, self.weights.get(row["id"], 1))
        ]

    def feedback(self) -> list[Row]:
        """Return every row of the rounds that was taken."""
        return [*(row for row in self.rows if from_feedback(row)), *self.added]


def from_feedback(row: Row) -> bool:
    """True for a row of a round."""
    return str(row["op"] or "").startswith("feedback:")


def place(
    train: list[Row], held_out: list[Row], rounds: list[Round], similarity: float, seed: int
) -> Placed:
    """Return the train rows with the rounds' among them, round after round.

    A row that repeats a held-out row, that is there already, or that replaces a row which is not
    there (cleaning may drop one) is refused by name.

    Raises:
        UserError: a row has the id of another row with other content.
    """
    rows = [row for one in rounds for row in one.rows]
    twins = held_out_twins(rows, held_out, similarity, seed)
    placed = Placed(list(train))
    ids = {row["id"]: row for row in train}
    for number, given in enumerate(rows):
        row = {key: cell for key, cell in given.items() if key not in ("replaces", "weight")}
        old = given.get("replaces")
        if number in twins:
            placed.refused.append(refusal(row, "repeats_held_out_row", twins[number]))
        elif old is not None and old not in ids:
            placed.refused.append(refusal(row, "replaces_nothing", {"source": old}))
        elif row["id"] != old and (other := ids.get(row["id"])) is not None:
            placed.refused.append(refusal(row, "already_there", same(row, other)))
        else:
            _put(placed, ids, row, old)
            _weigh(placed, row, given.get("weight", 1))
    return placed


def _put(placed: Placed, ids: dict[str, Row], row: Row, old: str | None) -> None:
    """Put a row in the place of the old one, or after all others."""
    if old is None:
        placed.added.append(row)
    else:
        gone = ids.pop(old)
        placed.weights.pop(old, None)
        placed.replaced.append(Refused(gone, REPLACED, str(row["source"])))
        side = placed.rows if any(one is gone for one in placed.rows) else placed.added
        side[next(place for place, one in enumerate(side) if one is gone)] = row
    ids[row["id"]] = row


def _weigh(placed: Placed, row: Row, weight: int) -> None:
    """Note how often training meets a row."""
    if weight > 1:
        placed.weights[row["id"]] = weight


def same(row: Row, other: Row) -> Row:
    """Return the other row of this id, which must be the same.

    Raises:
        UserError: it has other content.
    """
    if _content(other) != _content(row):
        raise UserError(
            f"{row['source']}: its id {row['id']} is that of {other['source']}; leave the id "
            "out and it is made from the content"
        )
    return other


def _content(row: Row) -> dict[str, Any]:
    """Return what two rows of one id must agree in."""
    return {key: row[key] for key in ("task", *CONTENT)}


def refusal(row: Row, reason: str, other: Row) -> dict[str, str]:
    """Return the record of a feedback row that is not added."""
    return {
        "id": str(row["id"]),
        "op": str(row["op"]),
        "source": str(row["source"]),
        "reason": reason,
        "other": str(other["source"]),
    }
