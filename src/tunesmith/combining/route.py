"""Keeps adapters apart, and says which of them answers a row."""

from typing import Literal

from pydantic import Field, field_validator

from tunesmith.component import Component
from tunesmith.fields import checked_field


class Route(Component):
    """Choose by a field of the row, or by what a small classifier has learnt about it."""

    kind: Literal["route"] = "route"
    by: str  # a field of rows, such as lang or meta.domain
    to: dict[str, str] = Field(min_length=1)  # its value → the adapter
    otherwise: str  # the adapter of all other rows
    learn: bool = False  # tell it from the prompt's text, for rows that will not have the field

    @field_validator("by")
    @classmethod
    def _is_a_field(cls, name: str) -> str:
        """Refuse what no row has."""
        return checked_field(name)

    @property
    def named(self) -> list[str]:
        """Every adapter that it chooses."""
        return [*self.to.values(), self.otherwise]
