"""Classification: `{"text", "label"}`; the text may also be called sentence or content."""

from collections.abc import Mapping
from typing import Any

from tunesmith.importers.base import Importer, first_of, text
from tunesmith.rows import Row

TEXTS = ("text", "sentence", "content")


def _convert(record: Mapping[str, Any]) -> Row:
    """Return text and label as an example; a missing label is null."""
    column = first_of(record, TEXTS)
    assert column is not None, "the importer fits"
    label = None if record["label"] is None else text(record["label"], "label").strip()
    return {"text": text(record[column], column), "label": label or None}


def _fits(record: Mapping[str, Any]) -> bool:
    """True if there is a text and a label."""
    return "label" in record and first_of(record, TEXTS) is not None


TEXT_LABEL = Importer("text_label", "classification", _fits, _convert, frozenset({*TEXTS, "label"}))
