"""Splits rows into train, validation and test so that no question is on two sides."""

import re
from typing import Self

from pydantic import Field, field_validator, model_validator

from tunesmith.fields import Conditions, checked_conditions, checked_field
from tunesmith.params import Params

SET_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")


class SplitParams(Params):
    """How much is held out, and what counts as the same question."""

    validation_ratio: float = Field(0.1, ge=0, lt=1)
    test_ratio: float = Field(0.0, ge=0, lt=1)
    near_duplicate_similarity: float = Field(0.9, ge=0.5, le=1)
    stratify: list[str] = Field([])  # fields in whose every combination of values the ratios hold
    ood: dict[str, Conditions] = Field({})  # set → which rows it takes: {law: {meta.domain: law}}

    @field_validator("stratify", mode="before")
    @classmethod
    def _are_fields(cls, names: object) -> list[str]:
        """Accept one name for a list of one, and refuse a name that no row can have."""
        listed = [] if names is None else names if isinstance(names, list) else [names]
        return [checked_field(str(name)) for name in listed]

    @field_validator("ood")
    @classmethod
    def _are_sets(cls, sets: dict[str, Conditions]) -> dict[str, Conditions]:
        """Refuse a name that `ood:NAME` cannot carry, and a set that would take every row."""
        for name, conditions in sets.items():
            if not SET_NAME.fullmatch(name):
                raise ValueError(f'"{name}": letters, figures, - and _ name a set')
            if not conditions:
                raise ValueError(f'set "{name}" needs a condition, such as {{meta.intent: refund}}')
            checked_conditions(conditions)
        return sets

    @model_validator(mode="after")
    def _something_is_left_to_train(self) -> Self:
        """Refuse ratios that hold everything out."""
        if self.validation_ratio + self.test_ratio >= 1:
            raise ValueError("validation_ratio + test_ratio must stay below 1")
        return self
