"""Grow: the train rows nearest to the failures of a slice, asked in other words by augmenters."""

from typing import Literal

from pydantic import Field, PositiveInt

from tunesmith.augmenters import AnyAugmenter
from tunesmith.augmenters.eda import Eda
from tunesmith.augmenters.synonym import Synonym
from tunesmith.proposals.children import GUARDS, PARENTS, grown
from tunesmith.proposals.maker import Bench, Made, Maker
from tunesmith.proposals.target import Target

SPARE = 8
STEPS: list[AnyAugmenter] = [
    Synonym.model_validate({"share": 1.0}),
    Eda.model_validate({"share": 1.0}),
]


class Grow(Maker):
    """Apply augmenters to train rows of the slice; their guards and quotas are their own.

    The answer stays. A row names its parent, and its operation in `meta.made`.
    """

    kind: Literal["grow"] = "grow"
    steps: list[AnyAugmenter] = Field(default=STEPS, min_length=1)  # as in `augment.steps`
    parents: PositiveInt | None = None  # train rows at most; null: 8 for each row that is wanted

    def __call__(self, target: Target, bench: Bench, wanted: int) -> Made:
        """See `Maker`."""
        parents = self.parents or PARENTS * wanted + SPARE
        return grown(target, bench, parents, self.steps, GUARDS)
