"""Joins the train rows, those made from them and the feedback rounds, and counts it all."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from tunesmith.augmenters import AugmentParams
from tunesmith.augmenters.feedback import Round
from tunesmith.augmenters.guards import held_out_twins
from tunesmith.augmenters.make import Made, make
from tunesmith.errors import UserError
from tunesmith.rows import CONTENT, Row


@dataclass(frozen=True)
class Augmented:
    """The rows to train on (originals, then made, then feedback) and the counts."""

    rows: list[Row]
    summary: dict[str, Any]


def augment_rows(
    rows: list[Row], held_out: list[Row], rounds: list[Round], params: AugmentParams, seed: int
) -> Augmented:
    """Return the train rows with what the steps made and the feedback rounds.

    Args:
        rows: the train split; unchanged and first in the result.
        held_out: validation and test rows, which nothing that is added may repeat.
        rounds: the feedback rounds in their order.
        params: the section `augment`.
        seed: of every random choice.

    Raises:
        UserError: a feedback row has the id of another row with other content.
    """
    made = make(rows, held_out, params, seed)
    feedback, refused = _feedback([*rows, *made.rows], held_out, rounds, params, seed)
    everything = [*rows, *made.rows, *feedback]
    return Augmented(everything, _summary(rows, made, feedback, refused, rounds))


def _feedback(
    known: list[Row],
    held_out: list[Row],
    rounds: list[Round],
    params: AugmentParams,
    seed: int,
) -> tuple[list[Row], list[dict[str, str]]]:
    """Return the feedback rows to add, and a record of each that is not."""
    rows = [row for one in rounds for row in one.rows]
    twins = held_out_twins(rows, held_out, params.near_duplicate_similarity, seed)
    ids = {row["id"]: row for row in known}
    added, refused = [], []
    for place, row in enumerate(rows):
        other = ids.get(row["id"])
        if place in twins:
            refused.append(_refused(row, "repeats_held_out_row", twins[place]))
        elif other is not None and _content(other) == _content(row):
            refused.append(_refused(row, "already_there", other))
        elif other is not None:
            raise UserError(
                f"{row['source']}: its id {row['id']} is that of {other['source']}; leave the id "
                "out and it is made from the content"
            )
        else:
            ids[row["id"]] = row
            added.append(row)
    return added, refused


def _content(row: Row) -> dict[str, Any]:
    """Return what two rows of one id must agree in."""
    return {key: row[key] for key in ("task", *CONTENT)}


def _refused(row: Row, reason: str, other: Row) -> dict[str, str]:
    """Return the record of a feedback row that is not added."""
    return {
        "id": str(row["id"]),
        "op": str(row["op"]),
        "source": str(row["source"]),
        "reason": reason,
        "other": str(other["source"]),
    }


def _summary(
    rows: list[Row],
    made: Made,
    feedback: list[Row],
    refused: list[dict[str, str]],
    rounds: list[Round],
) -> dict[str, Any]:
    """Return the counts that the reports show."""
    return {
        "rows": {
            "original": len(rows),
            "made": len(made.rows),
            "feedback": len(feedback),
            "total": len(rows) + len(made.rows) + len(feedback),
        },
        "added_by_op": _by_op([*made.rows, *feedback]),
        "rejected_by_op": _nested(made.rejected),
        "feedback_rounds": {one.name: len(one.rows) for one in rounds},
        "feedback_refused": refused,
    }


def _by_op(rows: list[Row]) -> dict[str, dict[str, int]]:
    """Count rows by operation and language."""
    return _nested(Counter((row["op"], row["lang"] or "und") for row in rows))


def _nested(counts: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    """Turn pairs into two levels."""
    nested: dict[str, dict[str, int]] = {}
    for (outer, inner), count in counts.items():
        nested.setdefault(outer, {})[inner] = count
    return nested
