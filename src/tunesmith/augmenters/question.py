"""Finds the question of a row, and makes a row that asks otherwise."""

import json

from tunesmith.augmenters.attempts import Attempt
from tunesmith.rows import Row, message_text, meta_of, reference_of, row_id


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


def child_of(one: Attempt, text: str, op: str, seed: int) -> Row:
    """Return a copy of the row with another last question, its own id and where it is from."""
    row = one.row
    made = {"seed": seed, "turn": one.turn}
    meta = json.dumps({**meta_of(row), "made": made}, sort_keys=True, ensure_ascii=False)
    child = {**row, "parent": row["id"], "op": op, "split": "train", "meta": meta}
    if row["task"] == "classification" and row["text"] is not None:
        child["text"] = text
    else:
        key = "prompt" if row["prompt"] else "messages"
        turns = [dict(turn) for turn in row[key]]
        last = max(place for place, turn in enumerate(turns) if turn["role"] == "user")
        turns[last]["content"] = text
        child[key] = turns
    return {**child, "id": row_id(f"{op}:{row['id']}:{seed}", child)}
