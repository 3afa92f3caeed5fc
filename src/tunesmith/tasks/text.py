"""Continued pretraining on plain text: every token is trained, the end of the text too."""

from typing import Any

from tunesmith.rows import Row, text_of


def encode(row: Row, tokenizer: Any, max_length: int) -> dict[str, list[int]]:
    """Return `input_ids` and equal `labels` of a text and its end, at most `max_length` tokens."""
    ids = list(tokenizer(text_of(row), add_special_tokens=False)["input_ids"])
    ids = [*ids, tokenizer.eos_token_id][:max_length]
    return {"input_ids": ids, "labels": list(ids)}
