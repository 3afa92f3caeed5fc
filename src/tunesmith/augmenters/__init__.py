"""Augmenters, one file each: they add train rows. The union is the registry."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from tunesmith.augmenters.aeda import Aeda
from tunesmith.augmenters.back_translation import BackTranslation
from tunesmith.augmenters.eda import Eda
from tunesmith.augmenters.paraphrase import Paraphrase
from tunesmith.augmenters.synonym import Synonym
from tunesmith.balance import Balance
from tunesmith.params import Params

AnyAugmenter = Annotated[
    Aeda | BackTranslation | Eda | Paraphrase | Synonym, Field(discriminator="kind")
]


class AugmentParams(Params):
    """The steps, each on the original rows, what a made row must keep to, and the balance."""

    steps: list[AnyAugmenter] = Field([])
    min_similarity: float = Field(0.6, ge=0, le=1)  # of the changed text to the original
    max_similarity: float = Field(0.995, ge=0, le=1)
    near_duplicate_similarity: float = Field(0.9, ge=0.5, le=1)  # to held-out rows
    label_may_fall: float | None = Field(None, gt=0, le=1)  # probability; null: not checked
    balance: Balance | None = None

    @model_validator(mode="after")
    def _bands_are_open(self) -> Self:
        """Refuse a band in which nothing lies."""
        for step in [self, *self.steps]:
            low, high = step.min_similarity, step.max_similarity
            low = self.min_similarity if low is None else low
            high = self.max_similarity if high is None else high
            if low >= high:
                raise ValueError("min_similarity must stay below max_similarity")
        return self
