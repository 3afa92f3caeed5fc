"""Joins the train rows, those made from them and the feedback rounds, and counts it all."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from tunesmith.augmenters import AugmentParams
from tunesmith.augmenters.feedback import Round
from tunesmith.augmenters.make import Made, Refused, make
from tunesmith.augmenters.placed import Placed, place, refusal, same
from tunesmith.augmenters.tools import Tools
from tunesmith.balance import Balanced, balance_rows
from tunesmith.diversity import diversity_change
from tunesmith.rows import Row, prompt_text

NO_TOOLS = Tools()


@dataclass(frozen=True)
class Augmented:
    """The rows to train on (originals, made, feedback, repeats), those left out, and the counts."""

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
        rows: the train split; first in the result, and unchanged but for what a round replaces.
        held_out: validation, test and out-of-distribution rows, which nothing added may repeat.
        rounds: the feedback rounds in their order.
        params: the section `augment`.
        seed: of every random choice.
        tools: what augmenters need that ask a model or read a lexicon.

    Raises:
        UserError: a feedback row has the id of another row with other content.
    """
    placed = place(rows, held_out, rounds, params.near_duplicate_similarity, seed)
    made = make(placed.rows, held_out, params, seed, tools)
    _leave_what_was_made(placed, made.rows)
    repeats = placed.repeats()
    everything = [*placed.rows, *made.rows, *placed.added, *repeats]
    summary = _summary(made, placed, len(repeats), rounds)
    left_out = [*made.refused, *placed.replaced]
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


def _leave_what_was_made(placed: Placed, made: list[Row]) -> None:
    """Take feedback rows back that an augmenter has made just so."""
    ids = {row["id"]: row for row in made}
    again = [row for row in placed.added if row["id"] in ids]
    for row in again:
        placed.refused.append(refusal(row, "already_there", same(row, ids[row["id"]])))
        placed.weights.pop(row["id"], None)
    placed.added = [row for row in placed.added if row["id"] not in ids]


def _summary(made: Made, placed: Placed, weighted: int, rounds: list[Round]) -> dict[str, Any]:
    """Return the counts that the reports show."""
    feedback = placed.feedback()
    counts = {
        "original": len(placed.rows) + len(placed.added) - len(feedback),
        "made": len(made.rows),
        "feedback": len(feedback),
        **({"weighted": weighted} if weighted else {}),
    }
    return {
        "rows": {**counts, "total": sum(counts.values())},
        "added_by_op": _by_op([*made.rows, *feedback]),
        "rejected_by_op": _nested(made.rejected),
        "quotas_missed": made.short,
        "labels_checked": made.labels_checked,
        "feedback_rounds": {one.name: len(one.rows) for one in rounds},
        "feedback_refused": placed.refused,
        "feedback_replaced": len(placed.replaced),
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
