"""Chat: loss on the assistant's answer only; every assistant turn of a conversation is trained."""

from typing import Any

from tunesmith.errors import UserError
from tunesmith.rows import Message, Row

IGNORED = -100


def render(messages: list[Message], tokenizer: Any, answer_follows: bool) -> str:
    """Return messages as the text that the model reads.

    Raises:
        UserError: the tokenizer has no chat template, or the template cannot take these roles.
    """
    from jinja2 import TemplateError

    if tokenizer.chat_template is None:
        raise UserError(
            "the base model has no chat template; set base.chat_template in params.yaml to "
            "`plain` or to a .jinja file"
        )
    try:
        text = tokenizer.apply_chat_template(
            messages, tokenize=False, add_generation_prompt=answer_follows
        )
    except TemplateError as error:
        roles = [message["role"] for message in messages]
        raise UserError(f"the chat template refuses the roles {roles}: {error}") from None
    return str(text)


def token_ids(text: str, tokenizer: Any) -> list[int]:
    """Return the tokens of rendered text; the template has already put the special ones in."""
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


def encode_prompt(messages: list[Message], tokenizer: Any) -> list[int]:
    """Return the tokens that generation starts from."""
    return token_ids(render(messages, tokenizer, answer_follows=True), tokenizer)


def encode(row: Row, tokenizer: Any, max_length: int) -> dict[str, list[int]]:
    """Return `input_ids` and `labels` of a row, cut after `max_length` tokens.

    Each assistant turn is tokenised apart from the text before it, exactly as at generation, so
    what is trained is what will be asked for. Turns of `prompt` are read, not trained.

    Raises:
        UserError: the template renders an answer differently once it is complete.
    """
    messages, first_trained = _messages(row)
    ids: list[int] = []
    labels: list[int] = []
    done = ""
    for position, message in enumerate(messages):
        if message["role"] != "assistant":
            continue
        before = render(messages[:position], tokenizer, answer_follows=True)
        after = render(messages[: position + 1], tokenizer, answer_follows=False)
        if not (before.startswith(done) and after.startswith(before)):
            raise UserError(
                f"{row['source']}: the chat template rewrites earlier turns, so the answer's "
                "tokens cannot be told from the prompt's; set base.chat_template"
            )
        asked = token_ids(before[len(done) :], tokenizer)
        answer = token_ids(after[len(before) :], tokenizer)
        trained = position >= first_trained
        ids += asked + answer
        labels += [IGNORED] * len(asked) + (answer if trained else [IGNORED] * len(answer))
        done = after
    return {"input_ids": ids[:max_length], "labels": labels[:max_length]}


def _messages(row: Row) -> tuple[list[Message], int]:
    """Return all messages and the position of the first one whose answer is trained."""
    if row.get("messages"):
        return list(row["messages"]), 0
    prompt, completion = row["prompt"] or [], row["completion"] or []
    return [*prompt, *completion], len(prompt)
