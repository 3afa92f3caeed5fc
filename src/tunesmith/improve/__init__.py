"""The improve loop's own part: what a round does, whether it helped, and when to stop."""

from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from tunesmith.component import Component
from tunesmith.improve.spending import Rule
from tunesmith.params import Params


class Budget(Component):
    """What all rounds of one call may cost together; null: anything."""

    rounds: PositiveInt = 3
    train_seconds: PositiveFloat | None = None  # of all phases, on whatever trains
    money: PositiveFloat | None = None
    price_per_hour: NonNegativeFloat = 0.0  # of what trains


class ImproveParams(Params):
    """When the loop stops, what a round may change, and how sure a gain has to be."""

    metric: str | None = None  # of single rows; null: gate.metric
    target: float | None = None  # mean on the validation rows that is enough
    patience: PositiveInt = 2  # rounds in a row that did not help
    budget: Budget = Budget()
    alpha: Annotated[float, Field(gt=0, lt=0.5)] = 0.05  # of any false gain on one test set
    looks: PositiveInt = 10  # at one test set
    spending: Rule = "even"
    rows_per_round: PositiveInt | None = None  # null: all that are proposed
    rows: Literal["by_rule", "reviewed"] = "by_rule"  # reviewed: only what a person has accepted
    technique: bool = True  # a round may also change dials of the training
