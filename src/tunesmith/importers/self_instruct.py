"""Self-instruct: one instruction with several inputs and outputs, `instances`; each is an example.

The examples of one instruction are one group.
"""

from collections.abc import Mapping
from typing import Any

from tunesmith.files import sha256_text
from tunesmith.importers.alpaca import ALPACA
from tunesmith.importers.base import Importer, Record, ShapeError, text
from tunesmith.rows import Row


def _convert(record: Record) -> list[Row]:
    """Return one example for each instance.

    Raises:
        ShapeError: there is none, or one has no output.
    """
    if not record["instances"]:
        raise ShapeError('"instances" is empty')
    asked = text(record["instruction"], "instruction")
    return [
        {**_example(asked, item), "group": sha256_text(asked)[:16]} for item in record["instances"]
    ]


def _example(asked: str, item: Any) -> Row:
    """Return one instance as an example."""
    if not isinstance(item, Mapping) or "output" not in item:
        raise ShapeError('"instances" holds something without an "output"')
    row = ALPACA.convert({"instruction": asked, **item})
    assert isinstance(row, dict), "alpaca gives one example"
    return row


def _listed(record: Record) -> bool:
    """True for a list of instances."""
    return isinstance(record["instances"], list)


SELF_INSTRUCT = Importer(
    "self_instruct", "chat", (("instruction",), ("instances",)), _convert, suits=_listed
)
