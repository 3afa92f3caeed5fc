"""What sources hand to importers: records one by one, and what of a file is none, in its order."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

Record: TypeAlias = Mapping[str, Any]


class Rejected(NamedTuple):
    """A line that holds no record, or a record that is no example.

    Attributes:
        line: of the file, or the number of the record, from 1.
        reason: why it is none.
        raw: how it begins; of a record, its JSON.
    """

    line: int
    reason: str
    raw: str


Item: TypeAlias = tuple[int, Record] | Rejected  # a record has its line before it
