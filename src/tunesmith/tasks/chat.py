"""Chat: loss on the assistant's answer only; every assistant turn of a conversation is trained."""

import json
from typing import Any

from tunesmith.errors import UserError
from tunesmith.rows import Message, Row

IGNORED = -100


def render(
    messages: list[Message], tokenizer: Any, answer_follows: bool, tools: str | None = None
) -> str:
    """Return messages as the text that the model reads.

    Args:
        messages: in order; tool calls as JSON text, as rows hold them.
        tokenizer: whose chat template is used.
        answer_follows: whether the text ends where the assistant begins to speak.
        tools: the functions that may be called, as rows hold them.

    Raises:
        UserError: the tokenizer has no chat template, or the template cannot take these roles,
            or would leave out tools or tool calls.
    """
    from jinja2 import TemplateError

    if tokenizer.chat_template is None:
        raise UserError(
            "the base model has no chat template; set base.chat_template in params.yaml to "
            "`plain` or to a .jinja file"
        )
    _refuse_left_out(messages, tools, str(tokenizer.chat_template))
    try:
        text = tokenizer.apply_chat_template(
            [_for_template(message) for message in messages],
            tools=json.loads(tools) if tools else None,
            tokenize=False,
            add_generation_prompt=answer_follows,
        )
    except TemplateError as error:
        roles = [message["role"] for message in messages]
        raise UserError(f"the chat template refuses the roles {roles}: {error}") from None
    return str(text)


def _refuse_left_out(messages: list[Message], tools: str | None, template: str) -> None:
    """Refuse what the template never mentions: it would be left out without a word."""
    called = any("tool_calls" in message for message in messages)
    for used, name, what in ((called, "tool_calls", "tool calls"), (tools, "tools", "tools")):
        if used and name not in template:
            raise UserError(
                f"the chat template does not render {what}; set base.chat_template to a .jinja "
                "file that does, or take a base model that was made for tools"
            )


def _for_template(message: Message) -> dict[str, Any]:
    """Return a message as templates expect it: tool calls as a list, not as JSON text."""
    if "tool_calls" not in message:
        return dict(message)
    return {**message, "tool_calls": json.loads(message["tool_calls"])}


def token_ids(text: str, tokenizer: Any) -> list[int]:
    """Return the tokens of rendered text; the template has already put the special ones in."""
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


def encode_prompt(messages: list[Message], tokenizer: Any, tools: str | None = None) -> list[int]:
    """Return the tokens that generation starts from."""
    return token_ids(render(messages, tokenizer, answer_follows=True, tools=tools), tokenizer)


def encode(row: Row, tokenizer: Any, max_length: int) -> dict[str, list[int]]:
    """Return `input_ids` and `labels` of a row, cut after `max_length` tokens.

    Each assistant turn is tokenised apart from the text before it, exactly as at generation, so
    what is trained is what will be asked for. Turns of `prompt` are read, not trained.

    Raises:
        UserError: the template renders an answer differently once it is complete.
    """
    messages, first_trained = messages_of(row)
    tools = row.get("tools")
    ids: list[int] = []
    labels: list[int] = []
    done = ""
    for position, message in enumerate(messages):
        if message["role"] != "assistant":
            continue
        before = render(messages[:position], tokenizer, answer_follows=True, tools=tools)
        after = render(messages[: position + 1], tokenizer, answer_follows=False, tools=tools)
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


def messages_of(row: Row) -> tuple[list[Message], int]:
    """Return all messages and the position of the first one whose answer is trained."""
    if row.get("messages"):
        return list(row["messages"]), 0
    prompt, completion = row["prompt"] or [], row["completion"] or []
    return [*prompt, *completion], len(prompt)
