"""Where a model fails: weak slices, kinds and clusters of errors, and what to do about each."""

from typing import Annotated

from pydantic import Field, PositiveInt

from tunesmith.params import Params


class AnalyzeParams(Params):
    """How the candidate's failures are looked at."""

    metric: str  # one that scores single rows
    slices: tuple[str, ...] = ()
    candidates_per_slice: PositiveInt = 20  # train rows proposed for the next round
    clusters: PositiveInt = 8  # at most
    hardest: PositiveInt = 50
    false_discovery_rate: Annotated[float, Field(gt=0, lt=1)] = 0.05
    resamples: Annotated[int, Field(ge=200)] = 2000
