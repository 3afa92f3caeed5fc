"""What every augmenter has: which rows it takes, how many, and which words it leaves alone."""

from collections.abc import Iterator

import numpy as np
from pydantic import Field, field_validator

from tunesmith.component import Component
from tunesmith.fields import checked_field, field_of
from tunesmith.rows import Row


class Augmenter(Component):
    """Makes a new last user message for some train rows; their answers stay as they are."""

    kind: str
    share: float = Field(gt=0, le=1)  # of the rows that `where` selects
    where: dict[str, str | list[str]] = Field({})  # field: value, or any of several values
    protect: list[str] = Field([])  # words and phrases that are never changed

    @field_validator("where")
    @classmethod
    def _are_fields(cls, where: dict[str, str | list[str]]) -> dict[str, str | list[str]]:
        """Refuse a name that no row can have."""
        for name in where:
            checked_field(name)
        return where

    @field_validator("protect")
    @classmethod
    def _are_not_empty(cls, protect: list[str]) -> list[str]:
        """Refuse empty phrases, which every text would contain."""
        if any(not phrase.strip() for phrase in protect):
            raise ValueError("an empty word cannot be protected")
        return protect

    def __call__(self, text: str, answer: str, rng: np.random.Generator) -> str | None:
        """Return the changed message, or None where nothing can be changed safely."""
        raise NotImplementedError

    def takes(self, row: Row) -> bool:
        """True for a row that every condition of `where` selects."""
        return all(field_of(row, name) in wanted for name, wanted in self._conditions())

    def _conditions(self) -> Iterator[tuple[str, list[str]]]:
        """Yield each field with the values that it may have."""
        for name, wanted in self.where.items():
            yield name, [wanted] if isinstance(wanted, str) else wanted
