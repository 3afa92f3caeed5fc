"""Completion: plain text goes on as the answer, for base models without a chat template."""

from typing import Any

from tunesmith.errors import UserError
from tunesmith.rows import Message, Row, message_text
from tunesmith.tasks.chat import IGNORED, messages_of, token_ids
from tunesmith.tasks.text import end_of


def encode(row: Row, tokenizer: Any, max_length: int) -> dict[str, list[int]]:
    """Return `input_ids` and `labels` of a row, cut after `max_length` tokens.

    Every other message ends with a newline and is read; every answer ends with the tokenizer's end
    and is trained. Each is tokenised apart, so what is trained is what will be asked for.

    Raises:
        UserError: the row has tools, or the tokenizer no end.
    """
    messages, first_trained = messages_of(row)
    _refuse_tools(row.get("tools"))
    ids = start_of(tokenizer)
    labels = [IGNORED] * len(ids)
    for position, message in enumerate(messages):
        piece = _piece(message, tokenizer)
        trained = message["role"] == "assistant" and position >= first_trained
        ids += piece
        labels += piece if trained else [IGNORED] * len(piece)
    return {"input_ids": ids[:max_length], "labels": labels[:max_length]}


def encode_prompt(messages: list[Message], tokenizer: Any, tools: str | None = None) -> list[int]:
    """Return the tokens that generation starts from; there are no tools, see `encode`."""
    _refuse_tools(tools)
    ids = start_of(tokenizer)
    for message in messages:
        ids += _piece(message, tokenizer)
    return ids


def start_of(tokenizer: Any) -> list[int]:
    """Return the tokens that the tokenizer itself puts before every text."""
    bare = list(tokenizer("")["input_ids"])
    return bare[:1] if bare[:1] == [tokenizer.bos_token_id] else []


def _piece(message: Message, tokenizer: Any) -> list[int]:
    """Return the tokens of one message and of what ends it."""
    text = message_text(message)
    if message["role"] == "assistant":
        return [*token_ids(text, tokenizer), end_of(tokenizer)]
    return token_ids(text if text.endswith("\n") else f"{text}\n", tokenizer)


def _refuse_tools(tools: str | None) -> None:
    """Refuse tools: plain text has no place for them."""
    if tools:
        raise UserError(
            "rows with tools are no completions; train them in a phase of task chat, with a "
            "template that renders tools, or take their source out of collect.sources"
        )
