"""Scores of several models on the same rows, and their differences, from shared resamples."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tunesmith.metrics.metric import Metric
from tunesmith.stats.mcnemar import mcnemar
from tunesmith.stats.paired import Difference, paired_difference
from tunesmith.stats.resample import Floats, bootstrap_totals
from tunesmith.stats.score import Score, proportion, score_from_draws


@dataclass(frozen=True)
class Measured:
    """One metric of several models on one set of N rows, with B resampled values of each."""

    metric: Metric
    statistics: Mapping[str, Floats]  # model → (N, K)
    draws: Mapping[str, Floats]  # model → (B,)
    confidence: float

    def value(self, model: str) -> float:
        """Return the metric of one model on all rows."""
        return float(self.metric.finish(self.statistics[model].sum(axis=0)))

    def n(self, model: str) -> int:
        """Return how many rows of one model count."""
        return self.metric.n(self.statistics[model])

    def score(self, model: str) -> Score:
        """Return it with its interval: Wilson's for shares of rows, else the bootstrap's."""
        n = self.n(model)
        if self.metric.binary:
            return proportion(self.statistics[model][:, 0].sum(), n, self.confidence)
        return score_from_draws(self.value(model), self.draws[model], n, self.confidence)

    def difference(self, first: str, second: str) -> Difference:
        """Return first minus second; shares of rows get McNemar's exact p.

        Where a model has fewer rows that count, as of a judge, n is the smaller number.
        """
        return paired_difference(
            self.value(first),
            self.value(second),
            self.draws[first],
            self.draws[second],
            min(self.n(first), self.n(second)),
            self.confidence,
            self._exact_p(first, second),
        )

    def _exact_p(self, first: str, second: str) -> float | None:
        """Return McNemar's p where rows are right or wrong, else None."""
        if not self.metric.binary:
            return None
        gap = self.statistics[first][:, 0] - self.statistics[second][:, 0]
        return mcnemar(int((gap > 0).sum()), int((gap < 0).sum()))


def unpaired(first: Measured, second: Measured, model: str) -> Difference:
    """Return a model's metric on one set of rows minus that on another, drawn independently.

    Both must be of the same metric, from as many resamples. n is that of the smaller set.
    """
    return paired_difference(
        first.value(model),
        second.value(model),
        first.draws[model],
        second.draws[model],
        min(first.n(model), second.n(model)),
        first.confidence,
    )


def measure(
    metrics: Mapping[Metric, Mapping[str, Floats]],
    resamples: int,
    confidence: float,
    rng: np.random.Generator,
) -> list[Measured]:
    """Resample the rows once for all metrics and models.

    Args:
        metrics: for each metric, the row statistics (N, K) of each model on the same N rows.
        resamples: B.
        confidence: of all intervals.
        rng: the source of chance.

    Raises:
        ValueError: there is no row.
    """
    tables = [np.hstack(list(models.values())) for models in metrics.values()]
    results = []
    for (metric, models), totals in zip(
        metrics.items(), bootstrap_totals(tables, resamples, rng), strict=True
    ):
        parts = np.split(totals, len(models), axis=1)
        draws = {name: metric.finish(part) for name, part in zip(models, parts, strict=True)}
        results.append(Measured(metric, models, draws, confidence))
    return results
