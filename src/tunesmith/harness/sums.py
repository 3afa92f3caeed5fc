"""How metrics of lm_eval come out of sums over rows, so that they can be resampled."""

from collections.abc import Callable
from typing import Any

import numpy as np

from tunesmith.stats.resample import Floats, bootstrap_totals
from tunesmith.stats.score import Score, proportion, score_from_draws

CONFIDENCE = 0.95  # of all intervals
Finish = Callable[[Floats], Floats]  # sums (…, 2) of values and weights → (…)


def finish_of(task: Any, metric: str) -> Finish | str:
    """Return how sums become the metric of a task, or the name of what makes it otherwise."""
    from lm_eval.api import metrics

    known: dict[Any, Finish] = {
        metrics.mean: lambda sums: sums[..., 0] / sums[..., 1],
        metrics.perplexity: _perplexity,
        metrics.weighted_perplexity: _perplexity,
        metrics.bits_per_byte: lambda sums: -sums[..., 0] / sums[..., 1] / np.log(2),
    }
    how = task.aggregation().get(metric)
    return known.get(getattr(how, "__wrapped__", how), str(getattr(how, "__name__", how)))


def _perplexity(sums: Floats) -> Floats:
    """Return perplexities of summed log-probabilities, infinite where they are too large."""
    with np.errstate(over="ignore"):
        return np.exp(-sums[..., 0] / sums[..., 1])


def having(samples: list[dict[str, Any]], metric: str, kind: str) -> list[dict[str, Any]]:
    """Return the rows that have a metric, in the order of rows.

    Args:
        samples: of one task, as lm_eval logs them.
        metric: its name.
        kind: the filter that took the answer out of the text.
    """
    rows = [row for row in samples if row["filter"] == kind and metric in row["metrics"]]
    return sorted(rows, key=lambda row: int(row["doc_id"]))


def statistics(rows: list[dict[str, Any]], metric: str) -> Floats:
    """Return (N, 2) value and weight of each row of `having`."""
    values = [row[metric] for row in rows]
    pairs = [value if isinstance(value, tuple) else (value, 1) for value in values]
    return np.array(pairs, dtype=np.float64)


def score_of(table: Floats, finish: Finish, resamples: int, seed: int) -> Score:
    """Return a metric with error and interval: Wilson's for right or wrong, else the bootstrap's.

    Args:
        table: (N, 2) from `statistics`.
        finish: from `finish_of`.
        resamples: B.
        seed: of the resamples.
    """
    sums = table.sum(axis=0)
    if right_or_wrong(table):
        return proportion(sums[0], len(table), CONFIDENCE)
    [totals] = bootstrap_totals([table], resamples, np.random.default_rng(seed))
    return score_from_draws(float(finish(sums)), finish(totals), len(table), CONFIDENCE)


def right_or_wrong(table: Floats) -> bool:
    """True where every row has 0 or 1, and weighs 1."""
    return bool(np.isin(table[:, 0], (0.0, 1.0)).all() and (table[:, 1] == 1).all())
