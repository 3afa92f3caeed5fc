"""Splits rows into train, validation and test so that no question is on two sides."""

from typing import Self

from pydantic import Field, field_validator, model_validator

from tunesmith.fields import checked_field
from tunesmith.params import Params


class SplitParams(Params):
    """How much is held out, and what counts as the same question."""

    validation_ratio: float = Field(0.1, ge=0, lt=1)
    test_ratio: float = Field(0.0, ge=0, lt=1)
    near_duplicate_similarity: float = Field(0.9, ge=0.5, le=1)
    stratify: str | None = None  # a field in whose every value the ratios hold

    @field_validator("stratify")
    @classmethod
    def _is_a_field(cls, name: str | None) -> str | None:
        """Refuse a name that no row can have."""
        return name if name is None else checked_field(name)

    @model_validator(mode="after")
    def _something_is_left_to_train(self) -> Self:
        """Refuse ratios that hold everything out."""
        if self.validation_ratio + self.test_ratio >= 1:
            raise ValueError("validation_ratio + test_ratio must stay below 1")
        return self
