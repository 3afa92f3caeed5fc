"""Whether a candidate takes the champion's place: its gain, and what must not be paid for it."""

from typing import Annotated

from pydantic import Field, field_validator, model_validator

from tunesmith.component import Component
from tunesmith.params import Params
from tunesmith.sets import BEHAVIOUR
from tunesmith.stats.score import LEVELS


class Limit(Component):
    """A score of the candidate, or how often a capability fails, that must keep to a bound.

    Its whole interval must.
    """

    metric: str | None = None
    set: str = "test"  # or ood:NAME, retention:NAME; behaviour for a capability
    capability: str | None = None  # of data/behaviour: the share of its cases that fail
    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> "Limit":
        """Refuse a limit that bounds nothing, or both ways."""
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("a limit has at_least or at_most, one of them")
        return self

    @model_validator(mode="after")
    def _one_number(self) -> "Limit":
        """Refuse a limit of nothing, of two things, or of a set that has no such."""
        if (self.metric is None) == (self.capability is None):
            raise ValueError("a limit has metric or capability, one of them")
        if (self.set == BEHAVIOUR) != (self.capability is not None):
            raise ValueError("`capability` goes with `set: behaviour`, other sets with `metric`")
        if self.capability is not None and self.at_most is None:
            raise ValueError("a limit of a capability has `at_most`: it limits how often it fails")
        return self


class LatencyLimits(Component):
    """What one answer may take; None: anything."""

    p50_seconds: Annotated[float, Field(gt=0)] | None = None
    p95_seconds: Annotated[float, Field(gt=0)] | None = None
    ratio: Annotated[float, Field(gt=0)] | None = None  # to the champion's, request by request


class GateParams(Params):
    """When a candidate is better for sure, and what it may cost."""

    metric: str
    confidence: float = 0.95
    min_gain: Annotated[float, Field(ge=0)] = 0.0  # in the metric's own unit
    protected_slices: tuple[str, ...] = ()  # must not get worse
    protected_behaviour: tuple[str, ...] = ()  # tests or capabilities, which must not either
    retention_loss: Annotated[float, Field(ge=0)] | None = None  # share of the base's score
    forgetting: Annotated[float, Field(ge=0)] | None = None  # of a task, in sequence.metric's unit
    limits: tuple[Limit, ...] = ()
    latency: LatencyLimits = LatencyLimits()

    @field_validator("confidence")
    @classmethod
    def _known_level(cls, confidence: float) -> float:
        """Refuse a level that stage evaluate keeps no interval for."""
        if confidence not in LEVELS:
            raise ValueError(f"{confidence:g} is not one of {', '.join(map(str, LEVELS))}")
        return confidence
