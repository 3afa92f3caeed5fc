"""Classification: `{"text", "label"}` or, as ms-swift has it, `{"messages", "label"}`.

The text may also be called sentence or content; a pair of them, as entailment and paraphrase
sets have, is joined by a newline. A label may be a number, or a list of labels, which is kept but
not trained yet.
"""

from collections.abc import Mapping
from typing import Any

from tunesmith.importers.base import ROLES, Importer, Record, cell, text
from tunesmith.importers.turns import to_turns
from tunesmith.rows import Row, to_json

TEXTS = ("text", "sentence", "content")


def to_label(value: Any) -> str | None:
    """Return a label as text, several as a JSON list, a missing one as null."""
    if isinstance(value, list):
        return to_json([text(item, "label").strip() for item in value]) if value else None
    return text(value, "label").strip() or None


def _convert(record: Record) -> Row:
    """Return text and label as an example."""
    column, value = cell(record, TEXTS)
    parts = value if isinstance(value, list) and len(value) == 2 else [value]
    joined = "\n".join(text(part, column) for part in parts)
    return {"text": joined, "label": to_label(record["label"])}


def _convert_messages(record: Record) -> Row:
    """Return messages and label as an example."""
    return {
        "messages": to_turns(record["messages"], "messages"),
        "label": to_label(record["label"]),
    }


def _unanswered(record: Record) -> bool:
    """True for messages that end with the user: the label is the answer."""
    turns = record["messages"]
    last = turns[-1] if isinstance(turns, list) and turns else None
    return isinstance(last, Mapping) and ROLES.get(str(last.get("role")).lower()) == "user"


TEXT_LABEL = Importer("text_label", "classification", (TEXTS, ("label",)), _convert)
MESSAGES_LABEL = Importer(
    "messages_label",
    "classification",
    (("messages",), ("label",)),
    _convert_messages,
    suits=_unanswered,
)
