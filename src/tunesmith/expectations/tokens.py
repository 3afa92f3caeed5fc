"""Turns a row into the tokens of its task, to see which of them are trained."""

from typing import Any

from tunesmith.errors import UserError
from tunesmith.rows import PROMPT, Row, conversation, prompt_of
from tunesmith.tasks import chat, classification, text

UNCUT = 10**9  # tokens


def trained_flags(row: Row, tokenizer: Any) -> list[bool]:
    """Return one flag a token of the whole row: True where the loss counts.

    The label of a classification row is no token; its text counts in full when it has one. So does
    a prompt, whose answer a teacher will give.

    Raises:
        UserError: the tokenizer or its chat template cannot take the row.
    """
    if row["task"] == "classification":
        tokens = classification.encode_text(row, tokenizer, UNCUT)
        return [row["label"] is not None] * len(tokens)
    if row["task"] == PROMPT:
        return [True] * len(_prompt(row, tokenizer))
    try:
        task = text if row["task"] == "text" else chat
        labels = task.encode(_as_chat(row), tokenizer, UNCUT)["labels"]
    except UserError as error:
        raise UserError(f"{row['source']}: {error}") from None
    return [label != chat.IGNORED for label in labels]


def _prompt(row: Row, tokenizer: Any) -> list[int]:
    """Return the tokens of a prompt: as it is asked, or as text where there is no template."""
    if tokenizer.chat_template is None:
        return classification.encode_text(row, tokenizer, UNCUT)
    return chat.encode_prompt(prompt_of(row), tokenizer, row.get("tools"))


def _as_chat(row: Row) -> Row:
    """Return a row with its chosen answer, or its steps, as the completion."""
    if row["task"] not in {"preference", "stepwise"}:
        return row
    prompt = prompt_of(row)
    return {**row, "prompt": prompt, "completion": conversation(row)[len(prompt) :]}
