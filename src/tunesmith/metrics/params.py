"""The dials of evaluation."""

from typing import Annotated

from pydantic import Field, field_validator

from tunesmith.judge.params import Judge
from tunesmith.metrics import METRICS
from tunesmith.params import Params


class EvaluateParams(Params):
    """Which scores are taken, for which subsets of the test rows."""

    metrics: Annotated[list[str], Field(min_length=1)]
    slices: tuple[str, ...] = ()
    resamples: Annotated[int, Field(ge=100)] = 1000  # fewer draws make no interval
    confidence: Annotated[float, Field(gt=0, lt=1)] = 0.95
    judge: Judge | None = None  # a model that compares answers with references; needs a server

    @field_validator("metrics")
    @classmethod
    def _known_metrics(cls, names: list[str]) -> list[str]:
        """Refuse a metric that nobody wrote."""
        for name in names:
            if name not in METRICS:
                raise ValueError(f'no metric "{name}"; known: {", ".join(METRICS)}')
        return list(dict.fromkeys(names))
