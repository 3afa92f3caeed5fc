"""Plain text to go on training a language model with: `{"text": …}` or a line of a text file."""

from tunesmith.importers.base import Importer, Record, text
from tunesmith.rows import Row


def _convert(record: Record) -> Row:
    """Return the text as an example."""
    return {"text": text(record["text"], "text")}


PLAIN_TEXT = Importer("text", "text", (("text",),), _convert)
