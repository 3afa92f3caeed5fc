"""Joins the train rows, those made from them and the feedback rounds, and counts it all."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from tunesmith.augmenters import AugmentParams
from tunesmith.augmenters.feedback import Round
from tunesmith.augmenters.guards import held_out_twins
from tunesmith.augmenters.make import Made, Refused, make
from tunesmith.augmenters.tools import Tools
from tunesmith.balance import Balanced, balance_rows
from tunesmith.diversity import diversity_change
from tunesmith.errors import UserError
from tunesmith.rows import CONTENT, Row, prompt_text

NO_TOOLS = Tools()


@dataclass(frozen=True)
class Augmented:
    """The rows to train on (originals, made, feedback, repeats), those refused, and the counts."""

    rows: list[Row]
    left_out: list[Refused]
    summary: dict[str, Any]


def augment_rows(
    rows: list[Row],
    held_out: list[Row],
    rounds: list[Round],
    params: AugmentParams,
    seed: int,
    tools: Tools = NO_TOOLS,
) -> Augmented:
    """Return the train rows with what the steps made and the feedback rounds, then balanced.

    Args:
        rows: the train split; unchanged and first in the result.
        held_out: validation, test and out-of-distribution rows, which nothing added may repeat.
        rounds: the feedback rounds in their order.
        params: the section `augment`.
        seed: of every random choice.
        tools: what augmenters need that ask a model or read a lexicon.

    Raises:
        UserError: a feedback row has the id of another row with other content.
    """
    made = make(rows, held_out, params, seed, tools)
    feedback, refused = _feedback([*rows, *made.rows], held_out, rounds, params, seed)
    everything = [*rows, *made.rows, *feedback]
    summary = _summary(rows, made, feedback, refused, rounds)
    left_out = list(made.refused)
    if params.balance is not None:
        balanced = balance_rows(everything, params.balance, seed)
        left_out += [Refused(row, "balance", str(row["op"] or "")) for row in balanced.left_out]
        summary = _with_balance(summary, balanced)
        everything = balanced.rows
    if rows:
        before, after = ([prompt_text(row) for row in part] for part in (rows, everything))
        summary["diversity"] = diversity_change(before, after, seed)
    return Augmented(everything, left_out, summary)


def _with_balance(summary: dict[str, Any], balanced: Balanced) -> dict[str, Any]:
    """Return the counts with what the balance repeated and left out."""
    repeated = sum(row["op"] == "repeat" for row in balanced.rows)
    changed = {"repeated": repeated, "left_out": len(balanced.left_out)}
    counts = summary["rows"] | changed | {"total": len(balanced.rows)}
    return summary | {"rows": counts, "balance": balanced.summary}


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
        "quotas_missed": made.short,
        "labels_checked": made.labels_checked,
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
