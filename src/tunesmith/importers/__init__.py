"""The accepted shapes of data: one file each; this list is the registry, the fussiest first."""

from collections.abc import Mapping
from typing import Any

from tunesmith.importers.alpaca import ALPACA
from tunesmith.importers.base import Importer
from tunesmith.importers.messages import MESSAGES
from tunesmith.importers.plain_text import PLAIN_TEXT
from tunesmith.importers.preference import PREFERENCE
from tunesmith.importers.prompt_completion import PROMPT_COMPLETION
from tunesmith.importers.sharegpt import SHAREGPT
from tunesmith.importers.text_label import TEXT_LABEL

IMPORTERS: tuple[Importer, ...] = (
    PREFERENCE,
    MESSAGES,
    SHAREGPT,
    ALPACA,
    PROMPT_COMPLETION,
    TEXT_LABEL,
    PLAIN_TEXT,
)
ACCEPTED = (
    "alpaca (instruction, output), sharegpt (conversations), messages, prompt_completion "
    "(prompt, completion), preference (prompt, chosen, rejected), text_label (text, label), text"
)


def detect(record: Mapping[str, Any], task: str | None = None) -> str | None:
    """Return the name of the first shape whose columns the record has, None if it fits none.

    Args:
        record: one row as the source has it.
        task: only shapes that give examples of this task; None for all.
    """
    found = importer_of(record, task)
    return found.name if found else None


def importer_of(record: Mapping[str, Any], task: str | None = None) -> Importer | None:
    """Return the importer that `detect` names."""
    fitting = (one for one in IMPORTERS if task in (None, one.task) and one.fits(record))
    return next(fitting, None)
