"""What the page sends."""

from typing import Annotated

from pydantic import Field, NonNegativeInt, model_validator

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

    @model_validator(mode="after")
    def _can_be_written(self) -> "Answer":
        """Refuse half of a surrogate pair, which no file of UTF-8 can hold."""
        try:
            self.comment.encode()
        except UnicodeEncodeError:
            raise ValueError("comment: holds half a character") from None
        return self


class Undo(Component):
    """What the page sends to take the last rating back."""

    annotator: str
    number: NonNegativeInt
