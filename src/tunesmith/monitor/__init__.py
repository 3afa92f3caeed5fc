"""Watches what comes in after training: does it drift, does the champion still answer it?"""

from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import Field, PositiveFloat, PositiveInt

from tunesmith.component import Component
from tunesmith.params import Params
from tunesmith.sources.file import FileSource

Share: TypeAlias = Annotated[float, Field(gt=0, lt=1)]


class Limits(Component):
    """From which effect size on a side has moved; None: that side is not watched.

    Attributes:
        language: PSI of the languages' shares.
        words: PSI of the words of one language (in Chinese, characters).
        length: Kolmogorov-Smirnov distance of the lengths in characters, 0 to 1.
        embedding: the same of the similarity to the nearest train row, where it has fallen.
        score: fall of `gate.metric`, in its own unit.
    """

    language: PositiveFloat | None = 0.25
    words: PositiveFloat | None = 0.25
    length: Share | None = 0.2
    embedding: Share | None = 0.3
    score: PositiveFloat | None = 0.05


class MonitorParams(Params):
    """Where new rows lie, and from where on they call for a retrain.

    Attributes:
        folder: where relative paths start.
        asked: files of what was asked, without answers; their drift is measured.
        answered: files of questions with the right answers; the champion is asked them.
        min_rows: fewer new rows wait for more.
        limits: effect sizes; none of them depends on the number of rows.
    """

    folder: Path = Path("data/incoming")
    asked: FileSource = FileSource(path="asked")
    answered: FileSource = FileSource(path="answered")
    min_rows: PositiveInt = 50
    limits: Limits = Limits()
