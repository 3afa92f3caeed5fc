"""Preference: a better and a worse answer to one prompt, each as tokens; only answers count."""

from typing import Any

from tunesmith.errors import UserError
from tunesmith.rows import Row, meta_of
from tunesmith.tasks import chat

ANSWERS = ("chosen", "rejected")


def encode(row: Row, tokenizer: Any, max_length: int) -> dict[str, Any]:
    """Return both answers behind the prompt, each cut after `max_length` tokens.

    Returns:
        `input_ids` and `labels` of the chosen one, as a chat row has them, `rejected_ids` and
        `rejected_labels` of the other; `same` where the cut has made them one; `margin` where
        `meta.margin` says by how much the chosen one is better.
    """
    chosen, rejected = (
        chat.encode({**row, "messages": None, "completion": row[name]}, tokenizer, max_length)
        for name in ANSWERS
    )
    return {
        **chosen,
        "rejected_ids": rejected["input_ids"],
        "rejected_labels": rejected["labels"],
        **({"same": True} if chosen["input_ids"] == rejected["input_ids"] else {}),
        **{name: value for name, value in meta_of(row).items() if name == "margin"},
    }


def longest(item: dict[str, Any]) -> int:
    """Return the tokens of the longer answer and its prompt."""
    return max(len(item["input_ids"]), len(item["rejected_ids"]))


def refuse_same(rows: list[Row]) -> None:
    """Refuse pairs whose answers are one and the same: the loss would stay at ln 2 for ever.

    Raises:
        UserError: says how many there are and names the first.
    """
    found = [row for row in rows if row["chosen"] == row["rejected"]]
    if found:
        raise UserError(
            f"{len(found):,} of {len(rows):,} pairs have the same chosen and rejected answer, "
            f"first {found[0].get('source')}; neither is preferred: let clean.steps drop them "
            "(kind: same_answers)"
        )
