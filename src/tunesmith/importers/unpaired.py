"""KTO: a conversation and whether its last answer is good: `label`, or LLaMA-Factory's `kto_tag`.

The conversation is prompt and completion, `messages`, ShareGPT or alpaca.
"""

from typing import Any

from tunesmith.importers import dialogues
from tunesmith.importers.base import Importer, Record, cell
from tunesmith.rows import Row

LABELS = ("kto_tag", "label")
WORDS = {"true": True, "false": False}


def verdict(value: Any) -> bool | None:
    """Return true or false, which CSV writes as a word; None for anything else."""
    return value if isinstance(value, bool) else WORDS.get(str(value).lower())


def _convert(record: Record) -> Row:
    """Return prompt, completion and label as an example."""
    prompt, completion = dialogues.split_answer(record)
    good = verdict(cell(record, LABELS)[1])
    return {"prompt": prompt, "completion": completion, "label": "true" if good else "false"}


def _judged(record: Record) -> bool:
    """True for a conversation with true or false beside it."""
    return verdict(cell(record, LABELS)[1]) is not None and dialogues.shape_of(record) is not None


UNPAIRED = Importer("unpaired", "unpaired", (LABELS,), _convert, dialogues.COLUMNS, _judged)
