"""Preference: a better and a worse answer to one prompt, each as tokens; only answers count."""

from typing import Any

from tunesmith.rows import Row
from tunesmith.tasks import chat

ANSWERS = ("chosen", "rejected")


def encode(row: Row, tokenizer: Any, max_length: int) -> dict[str, Any]:
    """Return both answers behind the prompt, each cut after `max_length` tokens.

    Returns:
        `input_ids` and `labels` of the chosen one, as a chat row has them, `rejected_ids` and
        `rejected_labels` of the other.
    """
    chosen, rejected = (
        chat.encode({**row, "messages": None, "completion": row[name]}, tokenizer, max_length)
        for name in ANSWERS
    )
    return {
        **chosen,
        "rejected_ids": rejected["input_ids"],
        "rejected_labels": rejected["labels"],
    }
