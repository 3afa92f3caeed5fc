"""Prompts that nobody has answered, for a teacher: only where a source says `task: prompt`.

What asks may be a prompt (query, question), an instruction, a conversation that ends with the user,
or a plain text, which a classifier is to judge.
"""

from tunesmith.importers import alpaca, prompt_completion, sharegpt
from tunesmith.importers.base import Importer, Record, ShapeError, cell, text, user, with_system
from tunesmith.importers.dialogues import asked
from tunesmith.importers.text_label import TEXTS
from tunesmith.rows import PROMPT, Row

ASKING = (*prompt_completion.PROMPTS, "instruction", "messages", *sharegpt.COLUMNS, *TEXTS)


def _convert(record: Record) -> Row:
    """Return what a record asks.

    Raises:
        ShapeError: it is a conversation that has its answer.
    """
    turns = asked(record)
    if turns is None:
        column, value = cell(record, TEXTS if any(one in record for one in TEXTS) else ASKING)
        turns = with_system(record, [user(text(value, column))])
    if not turns or turns[-1]["role"] == "assistant":
        raise ShapeError("the conversation ends with an answer, and a prompt has none")
    return {"prompt": turns}


PROMPTS = Importer(
    "prompt",
    PROMPT,
    (ASKING,),
    _convert,
    prompt_completion.BESIDE | alpaca.ASKING,
    only_named=True,
)
