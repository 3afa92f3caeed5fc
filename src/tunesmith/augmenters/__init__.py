"""Augmenters, one file each: they add train rows. The union is the registry."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from tunesmith.augmenters.aeda import Aeda
from tunesmith.augmenters.eda import Eda
from tunesmith.augmenters.synonym import Synonym
from tunesmith.params import Params

AnyAugmenter = Annotated[Aeda | Eda | Synonym, Field(discriminator="kind")]


class AugmentParams(Params):
    """The steps, each on the original rows, and what a made row must keep to."""

    steps: list[AnyAugmenter] = Field([])
    min_similarity: float = Field(0.6, ge=0, le=1)  # of the changed message to the original
    max_similarity: float = Field(0.995, ge=0, le=1)
    near_duplicate_similarity: float = Field(0.9, ge=0.5, le=1)  # to held-out rows

    @model_validator(mode="after")
    def _band_is_open(self) -> Self:
        """Refuse a band in which nothing lies."""
        if self.min_similarity >= self.max_similarity:
            raise ValueError("min_similarity must stay below max_similarity")
        return self
