"""Reads off the name of a slice which other rows belong to it, as far as the rows can tell."""

import re
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from tunesmith.analysis.predicates import terms
from tunesmith.fields import ABSENT, checked_field, field_of
from tunesmith.rows import Row, prompt_text, reference_of

AND = re.compile(r' and (?=(?:[^"]*"[^"]*")*[^"]*$)')  # outside of quotes
CHARS = re.compile(r"(prompt|reference)_chars(<=|>=)(\d+)")
HAS = re.compile(r'prompt has "(.+)"')


class Field(NamedTuple):
    """A field has a value."""

    name: str
    value: str

    def __call__(self, row: Row) -> bool | None:
        """Return whether it has it; None where the row has no such field."""
        found = field_of(row, self.name)
        return None if found is None else found == self.value


class Chars(NamedTuple):
    """A question or an answer is short, or long."""

    side: str
    sign: str
    bound: int

    def __call__(self, row: Row) -> bool | None:
        """Return whether it is; None where there is no answer yet."""
        size = len(prompt_text(row) if self.side == "prompt" else reference_of(row))
        if not size:
            return None
        return size <= self.bound if self.sign == "<=" else size >= self.bound


class Has(NamedTuple):
    """A question holds a term."""

    term: str

    def __call__(self, row: Row) -> bool | None:
        """Return whether it does."""
        return self.term in terms(prompt_text(row))


Part: TypeAlias = Field | Chars | Has


class Membership(NamedTuple):
    """What a slice's name asks of a row: the parts that can be asked, and whether that is all."""

    parts: Sequence[Part] = ()
    whole: bool = False

    def __call__(self, row: Row) -> bool | None:
        """Return whether a row belongs to the slice; None where that cannot be told."""
        told = [part(row) for part in self.parts]
        if False in told:
            return False
        return True if self.whole and None not in told else None


def membership(name: str, train: Sequence[Row]) -> Membership:
    """Return what belongs to a slice.

    Args:
        name: of the slice, such as `lang=zh and prompt_chars>=27`.
        train: train rows; a value of a field that none of them has tells nothing.
    """
    asked = [_part(text) for text in AND.split(name)]
    parts = [
        part
        for part in asked
        if part is not None and (not isinstance(part, Field) or any(part(row) for row in train))
    ]
    return Membership(parts, bool(parts) and len(parts) == len(asked))


def _part(text: str) -> Part | None:
    """Return what one part of a name asks; None of one that needs all rows, such as `novelty`."""
    if found := CHARS.fullmatch(text):
        return Chars(found[1], found[2], int(found[3]))
    if found := HAS.fullmatch(text):
        return Has(found[1])
    name, _, value = text.partition("=")
    try:
        return Field(checked_field(name), value) if value != ABSENT else None
    except ValueError:
        return None
