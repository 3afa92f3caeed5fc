"""What every augmenter has: which rows it takes, how many, and which words it leaves alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from pydantic import Field, PositiveInt, field_validator, model_validator

from tunesmith.augmenters.tools import Tools
from tunesmith.component import Component
from tunesmith.fields import Conditions, checked_conditions, meets
from tunesmith.rows import Row


@dataclass(frozen=True)
class Asked:
    """What an augmenter may see of a row."""

    text: str  # the part of the message that may change
    answer: str  # what the changed message must still lead to
    lang: str
    rng: np.random.Generator  # hangs on the seed, the row's id, the step and the turn only


class Change(NamedTuple):
    """The changed text, or why there is none."""

    text: str | None
    refusal: str = "nothing_to_change"


class Augmenter(Component):
    """Makes a new last user message for some train rows; their answers stay as they are.

    Of the rows that `where` selects it tries a `share`, or as many as it takes to make `rows`.
    """

    kind: str
    share: float | None = Field(None, gt=0, le=1)
    rows: PositiveInt | None = None
    per_row: PositiveInt = 1  # made from one row at most
    where: Conditions = Field({})  # field: value, or any of several values
    protect: list[str] = Field([])  # words and phrases that are never changed
    min_similarity: float | None = Field(None, ge=0, le=1)  # in place of the section's
    max_similarity: float | None = Field(None, ge=0, le=1)

    @field_validator("where")
    @classmethod
    def _are_fields(cls, where: Conditions) -> Conditions:
        """Refuse a name that no row can have."""
        return checked_conditions(where)

    @field_validator("protect")
    @classmethod
    def _are_not_empty(cls, protect: list[str]) -> list[str]:
        """Refuse empty phrases, which every text would contain."""
        if any(not phrase.strip() for phrase in protect):
            raise ValueError("an empty word cannot be protected")
        return protect

    @model_validator(mode="after")
    def _has_one_quota(self) -> Self:
        """Refuse a step that does not say how many rows, or says it twice."""
        if (self.share is None) == (self.rows is None):
            raise ValueError("say how many: either `share` (of the rows) or `rows` (made rows)")
        return self

    def __call__(self, text: str, answer: str, rng: np.random.Generator) -> str | None:
        """Return the changed message, or None where nothing can be changed safely."""
        raise NotImplementedError

    def changes(self, asked: Sequence[Asked], tools: Tools) -> list[Change]:
        """Return the change of each text; augmenters that ask a model take them all at once."""
        del tools
        return [Change(self(one.text, one.answer, one.rng)) for one in asked]

    def takes(self, row: Row) -> bool:
        """True for a row that every condition of `where` selects."""
        return meets(row, self.where)
