"""A conversation in whichever shape a record has it: what preference and KTO rows build on."""

from tunesmith.importers import alpaca, prompt_completion, sharegpt
from tunesmith.importers.base import Importer, Record, ShapeError, first_of, with_system
from tunesmith.importers.messages import MESSAGES
from tunesmith.importers.turns import to_turns
from tunesmith.rows import Message, conversation

SHAPES: tuple[Importer, ...] = (
    MESSAGES,
    sharegpt.SHAREGPT,
    alpaca.ALPACA,
    prompt_completion.PROMPT_COMPLETION,
)
COLUMNS = frozenset().union(*(shape.columns for shape in SHAPES))


def shape_of(record: Record) -> Importer | None:
    """Return the shape of a record's conversation, None if it has none."""
    return next((shape for shape in SHAPES if shape.fits(record)), None)


def split_answer(record: Record) -> tuple[list[Message], list[Message]]:
    """Return everything before a conversation's last answer, and that answer.

    Raises:
        ShapeError: the conversation does not end with an answer.
    """
    shape = shape_of(record)
    assert shape is not None, "the importer fits"
    row = shape.convert(record)
    assert isinstance(row, dict), "a conversation is one example"
    turns = conversation(row)
    if turns[-1]["role"] != "assistant" or len(turns) < 2:
        raise ShapeError("the conversation does not end with an answer to something")
    return turns[:-1], turns[-1:]


def asked(record: Record) -> list[Message] | None:
    """Return what a record asks, without an answer; None if it asks nothing."""
    column = first_of(record, prompt_completion.PROMPTS)
    if column is not None and record[column] is not None:
        return prompt_completion.prompt_of(record)
    if record.get("instruction") is not None:
        return alpaca.to_prompt(record)
    if sharegpt.holds_turns(record):
        return sharegpt.conversation_of(record)
    if isinstance(record.get("messages"), list):
        return with_system(record, to_turns(record["messages"], "messages"))
    return None
