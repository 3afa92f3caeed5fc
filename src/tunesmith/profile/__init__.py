"""What the data looks like in numbers, so that two versions of it can be compared."""

from pydantic import (
    Field,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    field_validator,
    model_validator,
)

from tunesmith.fields import checked_field
from tunesmith.params import Params


class ProfileParams(Params):
    """What is counted, how much is shown, and from where on two versions differ.

    Attributes:
        title: of the page.
        balance: fields whose values are counted; one that no row has is left out.
        examples: dropped rows shown for each reason, and lines set aside.
        shifted: PSI from which a change is worth a look.
        changed: PSI from which the data is another.
        min_rows: versions of fewer rows are not compared.
    """

    title: str = "Tunesmith"
    balance: list[str] = Field(["lang", "label"], min_length=1)
    examples: NonNegativeInt = 3
    shifted: PositiveFloat = 0.1
    changed: PositiveFloat = 0.25
    min_rows: PositiveInt = 50

    @field_validator("balance")
    @classmethod
    def _are_fields(cls, names: list[str]) -> list[str]:
        """Refuse a name that no row can have."""
        return [checked_field(name) for name in names]

    @model_validator(mode="after")
    def _are_in_order(self) -> "ProfileParams":
        """Refuse limits of which the higher comes first."""
        if self.shifted >= self.changed:
            raise ValueError("shifted must stay below changed")
        return self
