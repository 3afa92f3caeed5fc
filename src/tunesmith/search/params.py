"""The dials of the search itself: what is turned, how often, and where it is written down."""

from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveInt

from tunesmith.component import Component
from tunesmith.params import Params
from tunesmith.search.space import Choice, FloatRange, IntRange, LogRange

Dial = Annotated[FloatRange | LogRange | IntRange | Choice, Field(discriminator="kind")]


class Pruner(Component):
    """Ends a trial whose validation curve lies behind those of the trials before it.

    Attributes:
        keep: share of the earlier trials that a trial has to be among, at the same epoch.
        startup_trials: that no trial is ended before.
        warmup_epochs: before which no trial is ended.
    """

    keep: float = Field(default=0.5, gt=0, lt=1)
    startup_trials: NonNegativeInt = 4
    warmup_epochs: NonNegativeFloat = 0.0


class SearchParams(Params):
    """A study: trials of one phase, each with dials of its own.

    Attributes:
        study: its name, the beginning of the name of each of its experiments.
        phase: whose best validation score the trials are compared by; None: the candidate's.
        trials: of the study in all, those of earlier starts among them.
        jobs: trials at a time.
        pool: whose workers make the trials; None: this machine.
        sampler: `tpe` and `gp` (a Gaussian process) learn from the trials so far, `random` does
            not; `tpe` alone learns from trials that were ended early.
        pruner: None lets every trial go on to its end.
        storage: a SQLAlchemy URL; None: SQLite in `.work`. TUNESMITH_SEARCH_STORAGE counts more.
        space: the dials that are turned, by dotted path.
    """

    study: str = Field(default="search", pattern=r"^[a-z0-9][a-z0-9_-]*$")
    phase: str | None = None
    trials: PositiveInt = 20
    jobs: PositiveInt = 1
    pool: str | None = None
    sampler: Literal["tpe", "gp", "random"] = "tpe"
    pruner: Pruner | None = Pruner()
    storage: str | None = None
    space: dict[str, Dial] = Field(default_factory=dict)
