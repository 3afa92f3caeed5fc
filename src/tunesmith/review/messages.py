"""What the page sends."""

from typing import Annotated, Any

from pydantic import Field, NonNegativeInt

from tunesmith.component import Component
from tunesmith.human.rating import COMMENT_CHARS
from tunesmith.review.decision import Word


class Wish(Component):
    """A decision about one proposal, and how many lines about it the page knew of."""

    proposal: str
    decision: Word
    known: NonNegativeInt
    row: dict[str, Any] = Field(default_factory=dict)  # of an edit: columns as they are now
    note: Annotated[str, Field(max_length=COMMENT_CHARS)] = ""


class NewRow(Component):
    """A row that a person wrote from nothing."""

    row: dict[str, Any]
    slice: str = ""
