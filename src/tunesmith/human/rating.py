"""One line of a file of ratings: what one person said of two answers to one row."""

import re
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from tunesmith.component import Component
from tunesmith.errors import UserError

Choice: TypeAlias = Literal["left", "right", "tie", "both_bad"]
Points: TypeAlias = Annotated[int, Field(ge=1, le=5, strict=True)]

CRITERIA = ("helpfulness", "correctness", "fluency")
COMMENT_CHARS = 2000
ANNOTATOR = re.compile(r"[a-z0-9\u4e00-\u9fff][a-z0-9\u4e00-\u9fff_-]{0,31}")
CRITERION = re.compile(r"[a-z\u4e00-\u9fff][a-z0-9\u4e00-\u9fff_]{0,31}")


class Marks(Component):
    """Points from 1 (poor) to 5 (good) for the answer on each side; None where not given."""

    left: Points | None = None
    right: Points | None = None


class Rating(Component):
    """What one person said, and of exactly which answers.

    A later line about the same row and models takes the place of an earlier one, see `newest`.
    """

    annotator: Annotated[str, Field(pattern=f"^{ANNOTATOR.pattern}$")]
    row: str
    first: str  # a model's name
    second: str
    first_sha256: str  # 16 digits, of its answer
    second_sha256: str
    left: str  # the model whose answer stood on the left
    choice: Choice
    ratings: dict[str, Marks] = Field(default_factory=dict)  # by criterion
    comment: Annotated[str, Field(max_length=COMMENT_CHARS)] = ""
    automatic: bool = False  # the answers were identical, so nobody was asked
    withdrawn: bool = False  # undone: the row counts as not rated

    @model_validator(mode="after")
    def _left_is_one_of_the_two(self) -> "Rating":
        """Refuse a line that does not say who stood where."""
        if self.first == self.second or self.left not in (self.first, self.second):
            raise ValueError("left: neither of the two models, first and second")
        return self

    @property
    def models(self) -> frozenset[str]:
        """The two models, in no order."""
        return frozenset({self.first, self.second})

    @property
    def answers(self) -> frozenset[tuple[str, str]]:
        """Model and digest of the two answers, in no order."""
        return frozenset({(self.first, self.first_sha256), (self.second, self.second_sha256)})

    @property
    def preferred(self) -> str | None:
        """The model whose answer was chosen; None for a tie and for two bad ones."""
        if self.choice not in ("left", "right"):
            return None
        return self.left if self.choice == "left" else self.right

    @property
    def right(self) -> str:
        """The model whose answer stood on the right."""
        return self.second if self.left == self.first else self.first

    def points(self, criterion: str, model: str) -> int | None:
        """Return what a model's answer got on a criterion, None if nothing was given."""
        marks = self.ratings.get(criterion, Marks())
        return marks.left if model == self.left else marks.right


def checked_annotator(name: str) -> str:
    """Return a name that is safe as a file's.

    Raises:
        UserError: it is not.
    """
    if not ANNOTATOR.fullmatch(name):
        raise UserError(
            f"annotator {name!r}: small letters, digits, Chinese characters, - and _; at most 32, "
            "and neither - nor _ first"
        )
    return name


def checked_criteria(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return criteria that are names and differ.

    Raises:
        UserError: one is no name, or there twice.
    """
    for name in names:
        if not CRITERION.fullmatch(name):
            raise UserError(f"--criterion {name!r}: small letters, digits and _; at most 32")
    if len(set(names)) < len(names):
        raise UserError(f"--criterion: named twice in {', '.join(names)}")
    return names
