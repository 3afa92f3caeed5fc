"""Ways to use several adapters of one base together, one file each; the union is the registry."""

from typing import Annotated, TypeAlias

from pydantic import Field, model_validator

from tunesmith.combining.base import Merge
from tunesmith.combining.dare import Dare
from tunesmith.combining.linear import Linear
from tunesmith.combining.route import Route
from tunesmith.combining.ties import Ties
from tunesmith.params import Params

How: TypeAlias = Annotated[Dare | Linear | Route | Ties, Field(discriminator="kind")]
MOST = 4  # dvc.yaml names the first two and the last two


class Combination(Params):
    """Several adapters made into one model of models/."""

    of: list[str] = Field(min_length=2, max_length=MOST)  # phases, or other combinations
    how: How

    @model_validator(mode="after")
    def _knows_its_adapters(self) -> "Combination":
        """Refuse names that come twice or are not listed, and weights that do not fit."""
        if len(set(self.of)) < len(self.of):
            raise ValueError("of: names an adapter twice; a weight counts it more")
        if isinstance(self.how, Merge):
            weights = self.how.weights
            if weights is not None and len(weights) != len(self.of):
                raise ValueError(f"how.weights: {len(weights)} for {len(self.of)} adapters")
        for name in self.how.named if isinstance(self.how, Route) else ():
            if name not in self.of:
                raise ValueError(f'how: no adapter "{name}" in of; known: {", ".join(self.of)}')
        return self
