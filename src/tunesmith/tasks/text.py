"""Continued pretraining on plain text: every token is trained, the end of the text too."""

from typing import Any

from tunesmith.errors import UserError
from tunesmith.rows import Row, text_of
from tunesmith.tasks.chat import IGNORED, token_ids


def encode(row: Row, tokenizer: Any, max_length: int) -> dict[str, list[int]]:
    """Return `input_ids` and equal `labels` of a text and its end, at most `max_length` tokens."""
    ids = _ids(row, tokenizer)[:max_length]
    return {"input_ids": ids, "labels": list(ids)}


def blocks(row: Row, tokenizer: Any, max_length: int) -> list[dict[str, list[int]]]:
    """Return a text and its end in blocks of at most `max_length` tokens; no token is lost.

    Each block but the first begins with the last token of the one before, which is read there and
    not trained: so every token is trained once, where one stands before it.

    Raises:
        UserError: a block has no room for a token and the one before it.
    """
    if max_length < 2:
        raise UserError("phases.<name>.max_length: a text needs 2 tokens: one that is read before")
    ids = _ids(row, tokenizer)
    starts = range(0, max(len(ids) - 1, 1), max_length - 1)
    return [_block(ids[start : start + max_length], first=start == 0) for start in starts]


def _ids(row: Row, tokenizer: Any) -> list[int]:
    """Return the tokens of a text and its end."""
    return [*token_ids(text_of(row), tokenizer), end_of(tokenizer)]


def _block(ids: list[int], first: bool) -> dict[str, list[int]]:
    """Return the tokens of a block and which of them are trained."""
    return {"input_ids": ids, "labels": list(ids) if first else [IGNORED, *ids[1:]]}


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
