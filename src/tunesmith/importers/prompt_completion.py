"""Prompt and completion (query/response, question/answer), as texts or lists of messages."""

from collections.abc import Mapping
from typing import Any

from tunesmith.importers.base import Importer, ShapeError, assistant, dialogue, first_of, text, user
from tunesmith.importers.messages import to_messages
from tunesmith.rows import Message, Row

PROMPTS = ("prompt", "query", "question")
COMPLETIONS = ("completion", "response", "answer")


def to_prompt(value: Any, column: str) -> list[Message]:
    """Return a text or a list of messages as the messages before the answer."""
    return to_messages(value, column) if is_messages(value) else [user(text(value, column))]


def to_completion(value: Any, column: str) -> list[Message]:
    """Return a text or a list of messages as the answer.

    Raises:
        ShapeError: the messages hold anything but one answer at their end.
    """
    if not is_messages(value):
        return [assistant(text(value, column))]
    turns = to_messages(value, column)
    if turns[-1]["role"] != "assistant":
        raise ShapeError(f'"{column}" does not end with an answer of the assistant')
    return turns


def is_messages(value: Any) -> bool:
    """True for a list of `{"role": …}`."""
    return (
        isinstance(value, list)
        and bool(value)
        and isinstance(value[0], Mapping)
        and "role" in value[0]
    )


def _convert(record: Mapping[str, Any]) -> Row:
    """Return the two columns as an example."""
    asked, answered = first_of(record, PROMPTS), first_of(record, COMPLETIONS)
    assert asked and answered, "the importer fits"
    turns = [*to_prompt(record[asked], asked), *to_completion(record[answered], answered)]
    return dialogue(turns)


def _fits(record: Mapping[str, Any]) -> bool:
    """True if there is a question and an answer."""
    return first_of(record, PROMPTS) is not None and first_of(record, COMPLETIONS) is not None


PROMPT_COMPLETION = Importer(
    "prompt_completion", "chat", _fits, _convert, frozenset({*PROMPTS, *COMPLETIONS})
)
