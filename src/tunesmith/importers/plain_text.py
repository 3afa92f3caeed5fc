"""Plain text to go on training a language model with: `{"text": …}` or a line of a text file."""

from collections.abc import Mapping
from typing import Any

from tunesmith.importers.base import Importer, has, text
from tunesmith.rows import Row


def _convert(record: Mapping[str, Any]) -> Row:
    """Return the text as an example."""
    return {"text": text(record["text"], "text")}


PLAIN_TEXT = Importer("text", "text", has("text"), _convert, frozenset({"text"}))
