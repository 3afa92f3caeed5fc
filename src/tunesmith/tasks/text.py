"""Continued pretraining on plain text: every token is trained, the end of the text too."""

from typing import Any

from tunesmith.errors import UserError
from tunesmith.rows import Row, text_of


def encode(row: Row, tokenizer: Any, max_length: int) -> dict[str, list[int]]:
    """Return `input_ids` and equal `labels` of a text and its end, at most `max_length` tokens."""
    ids = list(tokenizer(text_of(row), add_special_tokens=False)["input_ids"])
    ids = [*ids, end_of(tokenizer)][:max_length]
    return {"input_ids": ids, "labels": list(ids)}


def end_of(tokenizer: Any) -> int:
    """Return the token that ends a text.

    Raises:
        UserError: there is none, so a model could not learn to stop.
    """
    if tokenizer.eos_token_id is None:
        raise UserError(
            "the tokenizer has no end-of-sequence token, which ends every text that is learnt; "
            'set "eos_token" in the tokenizer_config.json of the base model'
        )
    return int(tokenizer.eos_token_id)
