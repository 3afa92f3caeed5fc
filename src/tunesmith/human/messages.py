"""What the page sends."""

from typing import Annotated

from pydantic import Field, NonNegativeInt

from tunesmith.component import Component
from tunesmith.human.rating import COMMENT_CHARS, Choice, Marks


class Answer(Component):
    """What the page sends: a choice about one row, and how many lines it knew of."""

    annotator: str
    number: NonNegativeInt
    row: str
    choice: Choice
    ratings: dict[str, Marks] = Field(default_factory=dict)
    comment: Annotated[str, Field(max_length=COMMENT_CHARS)] = ""


class Undo(Component):
    """What the page sends to take the last rating back."""

    annotator: str
    number: NonNegativeInt
