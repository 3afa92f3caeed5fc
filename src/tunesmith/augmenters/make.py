"""Makes rows: picks parents, changes their last user message, keeps what passes the guards."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from tunesmith.augmenters import AugmentParams
from tunesmith.augmenters.augmenter import Augmenter
from tunesmith.augmenters.guards import broken_guard, held_out_twins
from tunesmith.files import sha256_text
from tunesmith.rows import Row, message_text, reference_of, row_id

Rejected = Counter[tuple[str, str]]  # by operation and guard


@dataclass
class Made:
    """Rows that were made, in a stable order, and how many were not, by operation and guard."""

    rows: list[Row] = field(default_factory=list)
    rejected: Rejected = field(default_factory=Counter)


def make(rows: list[Row], held_out: list[Row], params: AugmentParams, seed: int) -> Made:
    """Return the rows that all steps made from `rows`, step by step, in the order of the parents.

    What becomes of a row depends on the seed, its id and the step, never on the other rows;
    only a row that repeats another made row is left out.
    """
    made = Made()
    seen: set[str] = set()
    for step in params.steps:
        for row in _made_by(step, rows, params, seed, made.rejected):
            content = row_id("", row)
            if content in seen:
                made.rejected[step.kind, "repeats_made_row"] += 1
            else:
                seen.add(content)
                made.rows.append(row)
    twins = held_out_twins(made.rows, held_out, params.near_duplicate_similarity, seed)
    for place in twins:
        made.rejected[made.rows[place]["op"], "repeats_held_out_row"] += 1
    made.rows = [row for place, row in enumerate(made.rows) if place not in twins]
    return made


def _made_by(
    step: Augmenter, rows: list[Row], params: AugmentParams, seed: int, rejected: Rejected
) -> Iterator[Row]:
    """Yield what one step makes of the rows that it takes."""
    for row in rows:
        rng = rng_of(seed, f"{step.kind}:{row['id']}")
        if not step.takes(row) or rng.random() >= step.share:
            continue
        text = last_question(row)
        if text is None:
            rejected[step.kind, "no_user_message"] += 1
            continue
        changed = step(text, answer_text(row), rng)
        guard = broken_guard(text, changed, params)
        if guard:
            rejected[step.kind, guard] += 1
        elif changed is not None:
            yield _child(row, changed, step.kind, seed)


def rng_of(seed: int, key: str) -> np.random.Generator:
    """Return a generator that depends on the seed and on a text only."""
    return np.random.default_rng([seed, int(sha256_text(key)[:16], 16)])


def last_question(row: Row) -> str | None:
    """Return the last user message; of a classification row, its text."""
    if row["task"] == "classification" and row["text"] is not None:
        return str(row["text"])
    for turn in reversed(row["prompt"] or row["messages"] or []):
        if turn["role"] == "user":
            return str(turn["content"] or "")
    return None


def answer_text(row: Row) -> str:
    """Return what the changed message must still lead to, rejected answers too."""
    others = [message_text(turn) for key in ("chosen", "rejected") for turn in row[key] or []]
    later = [message_text(turn) for turn in row["messages"] or [] if turn["role"] != "user"]
    return "\n".join([reference_of(row), *later, *others])


def _child(row: Row, text: str, op: str, seed: int) -> Row:
    """Return a copy of the row with another last question and its own id."""
    child = {**row, "parent": row["id"], "op": op, "split": "train"}
    if row["task"] == "classification" and row["text"] is not None:
        child["text"] = text
    else:
        key = "prompt" if row["prompt"] else "messages"
        turns = [dict(turn) for turn in row[key]]
        last = max(place for place, turn in enumerate(turns) if turn["role"] == "user")
        turns[last]["content"] = text
        child[key] = turns
    return {**child, "id": row_id(f"{op}:{row['id']}:{seed}", child)}
