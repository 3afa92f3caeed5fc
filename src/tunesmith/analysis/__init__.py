"""Where a model fails: weak slices, kinds and clusters of errors, and what to do about each."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PositiveInt

from tunesmith.analysis.slices.query import checked_query
from tunesmith.params import Params

Query = Annotated[str, AfterValidator(checked_query)]


class SliceParams(Params):
    """By which score and among which slices weak ones are looked for."""

    metric: str  # one that scores single rows
    slices: tuple[str, ...] = ()
    queries: dict[str, Query] = Field(default_factory=dict)  # name: what holds of its rows
    rare_below: PositiveInt = 3  # train rows that a word has at least, not to be rare
    false_discovery_rate: Annotated[float, Field(gt=0, lt=1)] = 0.05
    resamples: Annotated[int, Field(ge=200)] = 2000


class AnalyzeParams(SliceParams):
    """How the candidate's failures are looked at."""

    clusters: PositiveInt = 8  # at most
    encoder: Literal["auto", "characters", "minilm"] = "auto"  # of the clusters
    hardest: PositiveInt = 50
