"""The accepted shapes of data: one file each; this list is the registry, the fussiest first."""

from functools import lru_cache

from tunesmith.importers.alpaca import ALPACA
from tunesmith.importers.base import Importer, Record
from tunesmith.importers.example import EXAMPLES
from tunesmith.importers.messages import MESSAGES
from tunesmith.importers.plain_text import PLAIN_TEXT
from tunesmith.importers.preference import PREFERENCE, SWIFT_PREFERENCE
from tunesmith.importers.prompt_completion import PROMPT_COMPLETION
from tunesmith.importers.prompts import PROMPTS
from tunesmith.importers.self_instruct import SELF_INSTRUCT
from tunesmith.importers.sharegpt import SHAREGPT
from tunesmith.importers.stepwise import STEPWISE
from tunesmith.importers.text_label import MESSAGES_LABEL, TEXT_LABEL
from tunesmith.importers.tree import TREE, TREE_PAIRS
from tunesmith.importers.unpaired import UNPAIRED

IMPORTERS: tuple[Importer, ...] = (
    *EXAMPLES,
    STEPWISE,
    MESSAGES_LABEL,
    UNPAIRED,
    PREFERENCE,
    SWIFT_PREFERENCE,
    TREE,
    TREE_PAIRS,
    SELF_INSTRUCT,
    MESSAGES,
    SHAREGPT,
    ALPACA,
    PROMPT_COMPLETION,
    TEXT_LABEL,
    PLAIN_TEXT,
    PROMPTS,
)
NAMES = frozenset().union(*(importer.columns for importer in IMPORTERS))  # of all their columns
ACCEPTED = ", ".join(dict.fromkeys(map(str, IMPORTERS)))


def detect(record: Record, task: str | None = None) -> str | None:
    """Return the name of the first shape whose columns the record has, None if it fits none.

    Args:
        record: one row as the source has it.
        task: only shapes that give examples of this task; None for all that need not be named.
    """
    found = importer_of(record, task)
    return found.name if found else None


def importer_of(record: Record, task: str | None = None) -> Importer | None:
    """Return the importer that `detect` names."""
    return next((one for one in _having(tuple(record), task) if one.suits(record)), None)


@lru_cache(maxsize=1024)
def _having(columns: tuple[str, ...], task: str | None) -> tuple[Importer, ...]:
    """Return the importers of a task whose columns are there; most rows of a file ask the same."""
    fitting = (one for one in IMPORTERS if task == one.task or not (task or one.only_named))
    return tuple(one for one in fitting if one.has_columns(columns))
