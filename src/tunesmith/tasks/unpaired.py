"""Unpaired: an answer that is good or bad by itself; a pair of answers is one of each."""

from typing import Any

from tunesmith.rows import Row
from tunesmith.tasks import chat
from tunesmith.tasks.preference import ANSWERS

GOOD = {"true": True, "false": False}  # as rows hold it


def each(row: Row) -> list[Row]:
    """Return a row by itself, and a pair as a good and a bad row."""
    if row.get("task") != "preference":
        return [row]
    labels = zip(ANSWERS, ("true", "false"), strict=True)
    return [{**row, "completion": row[name], "label": label} for name, label in labels]


def encode(row: Row, tokenizer: Any, max_length: int) -> dict[str, Any]:
    """Return `input_ids` and `labels` of a row, as of chat, and whether it is `good`."""
    return {**chat.encode(row, tokenizer, max_length), "good": GOOD[str(row["label"])]}
