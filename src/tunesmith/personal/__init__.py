"""A small adapter for each user or group, over one base and from one adapter that all share."""

from typing import Literal

from pydantic import Field, PositiveFloat, PositiveInt, field_validator

from tunesmith.fields import checked_field
from tunesmith.params import Params


class Personal(Params):
    """Who gets an adapter, and how it is trained."""

    starts_from: str = Field(alias="from")  # the shared adapter
    by: str  # a field of rows: whose they are
    min_rows: PositiveInt = 8  # of training; a group with fewer keeps the shared adapter
    max_groups: PositiveInt | None = None  # the largest; None: all
    keep: Literal["all", "better"] = "all"  # better: where the whole interval of the gain is
    epochs: PositiveInt = 3
    learning_rate: PositiveFloat
    per_device_batch_size: PositiveInt = 8
    max_length: PositiveInt = 512  # tokens
    max_grad_norm: PositiveFloat = 1.0
    confidence: float = Field(0.95, gt=0.5, lt=1)  # of the intervals
    resamples: PositiveInt = 1000

    @field_validator("by")
    @classmethod
    def _is_a_field_of_people(cls, name: str) -> str:
        """Refuse what no row has, and what never lies on both sides of a split."""
        if name == "group":
            raise ValueError(
                "rows of one group never fall on both sides of a split, so none would be left to "
                "compare on; keep whose rows they are in a column of its own (meta.user)"
            )
        return checked_field(name)
