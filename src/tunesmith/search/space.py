"""The kinds of range that a searched dial can have."""

import json
import math
from typing import Any, Literal, TypeAlias

from pydantic import Field, JsonValue, PositiveFloat, PositiveInt, model_validator

from tunesmith.component import Component

Plain: TypeAlias = bool | int | float | str | None


class Range(Component):
    """From `low` to `high`, both among the values."""

    low: float
    high: float

    @model_validator(mode="after")
    def _goes_upwards(self) -> "Range":
        """Refuse a range that holds one value or none."""
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError(f"high: must be above low, {self.low:g}, not {self.high:g}")
        return self

    def ends(self) -> list[Any]:
        """Return the values that the dial's own limits are asked about."""
        return [self.low, self.high]

    def holds(self, value: Any) -> bool:
        """Tell whether a value can be drawn."""
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        step = getattr(self, "step", None)
        if not is_number or not self.low <= value <= self.high:
            return False
        return not step or math.isclose((value - self.low) / step % 1, 0, abs_tol=1e-9)


class FloatRange(Range):
    """Numbers, each as likely as any other."""

    kind: Literal["float"] = "float"
    step: PositiveFloat | None = None  # None: any number between

    def suggest(self, trial: Any, path: str) -> Any:
        """Return what the sampler proposes for this dial."""
        return trial.suggest_float(path, self.low, self.high, step=self.step)


class LogRange(Range):
    """Numbers above 0, each factor as likely as any other: learning rates and the like."""

    kind: Literal["log"] = "log"
    low: PositiveFloat

    def suggest(self, trial: Any, path: str) -> Any:
        """Return what the sampler proposes for this dial."""
        return trial.suggest_float(path, self.low, self.high, log=True)


class IntRange(Range):
    """Whole numbers; with `log`, each factor is as likely as any other."""

    kind: Literal["int"] = "int"
    low: int
    high: int
    step: PositiveInt = 1
    log: bool = False

    @model_validator(mode="after")
    def _has_one_scale(self) -> "IntRange":
        """Refuse what Optuna cannot draw."""
        if self.log and self.step != 1:
            raise ValueError("step: a range with log has none; leave one of them out")
        if self.log and self.low < 1:
            raise ValueError("low: must be at least 1 with log")
        return self

    def suggest(self, trial: Any, path: str) -> Any:
        """Return what the sampler proposes for this dial."""
        return trial.suggest_int(path, self.low, self.high, step=self.step, log=self.log)


class Choice(Component):
    """One of a few values, in no order; a value may be a mapping, such as a method."""

    kind: Literal["choice"] = "choice"
    among: list[JsonValue] = Field(alias="of", min_length=2)

    @model_validator(mode="after")
    def _differ(self) -> "Choice":
        """Refuse a value that is named twice."""
        labels = [label(value) for value in self.among]
        twice = next((one for one in labels if labels.count(one) > 1), None)
        if twice is not None:
            raise ValueError(f"of: names {twice} twice")
        return self

    def ends(self) -> list[Any]:
        """Return the values that the dial's own limits are asked about."""
        return list(self.among)

    def holds(self, value: Any) -> bool:
        """Tell whether a value can be drawn."""
        return label(value) in [label(one) for one in self.among]

    def suggest(self, trial: Any, path: str) -> Any:
        """Return what the sampler proposes for this dial."""
        chosen = trial.suggest_categorical(path, [label(value) for value in self.among])
        return next(value for value in self.among if label(value) == chosen)


def label(value: JsonValue) -> Plain:
    """Return what Optuna keeps of a value: itself, of a list or mapping its JSON."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return value
