"""What every metric is: statistics of each row whose sums give the score of any set of rows."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from tunesmith.answers import Answers
from tunesmith.errors import UserError
from tunesmith.stats.resample import Floats

GENERATION = "generation"
CLASSIFICATION = "classification"
BOTH = (GENERATION, CLASSIFICATION)


class Metric(ABC):
    """A score that is a function of summed row statistics, so that it can be resampled fast."""

    name: ClassVar[str]
    title: ClassVar[str]
    tasks: ClassVar[tuple[str, ...]] = (GENERATION,)
    higher_is_better: ClassVar[bool | None] = True  # None: neither, e.g. a ratio of lengths
    scale: ClassVar[float | None] = 1.0  # its range is 0 to this; None: open
    dial: ClassVar[str] = "evaluate.metrics"  # of params.yaml, which asks for it
    inputs: ClassVar[tuple[str, ...]] = ("predictions", "references")
    per_row: ClassVar[bool] = True  # a row alone has a score
    binary: ClassVar[bool] = False  # every row is right (1) or wrong (0)

    @abstractmethod
    def statistics(self, answers: Answers) -> Floats:
        """Return (N, K) numbers whose sums over rows decide the score."""

    @abstractmethod
    def finish(self, totals: Floats) -> Floats:
        """Return the score (...) of summed statistics (..., K)."""

    def rows(self, statistics: Floats) -> Floats | None:
        """Return the score (N,) of each row alone, or None where that means nothing."""
        return self.finish(statistics) if self.per_row else None

    def n(self, statistics: Floats) -> int:
        """Return how many rows are behind a score of these statistics."""
        return len(statistics)

    def signature(self, answers: Answers) -> str | None:  # noqa: ARG002
        """Return what pins the computation down in words, where the field has such a form."""
        return None

    def shows(self, answers: Answers) -> bool:  # noqa: ARG002
        """Return whether a set of rows beside the test rows can show this metric at all."""
        return True

    def needs(self, answers: Answers) -> None:
        """Refuse answers that lack what this metric reads.

        Raises:
            UserError: naming what is missing.
        """
        for column in self.inputs:
            if getattr(answers, column) is None:
                raise UserError(
                    f'params.yaml: {self.dial}: "{self.name}" needs the predictions\' '
                    f"{column}, which this task does not give; take it out"
                )


class RowMean(Metric):
    """A metric that is the mean of a score of each row."""

    @abstractmethod
    def scores(self, answers: Answers) -> Floats:
        """Return (N,) the score of each answer."""

    def statistics(self, answers: Answers) -> Floats:
        """Return (N, 2): the row's score, and 1."""
        scores = self.scores(answers)
        return np.stack([scores, np.ones(len(scores))], axis=1)

    def finish(self, totals: Floats) -> Floats:
        """Return the mean."""
        mean: Floats = totals[..., 0] / totals[..., 1]
        return mean
