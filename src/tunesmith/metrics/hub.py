"""Our metrics as `evaluate.Metric` objects, for whoever uses Hugging Face's evaluate.

They work offline and inside `evaluate.combine([...])`. The import of evaluate costs seconds, so
it happens here only, when one is asked for; the stages score without it.
"""

from typing import Any

import numpy as np

from tunesmith.answers import Answers
from tunesmith.metrics import METRICS
from tunesmith.metrics.measure import measure
from tunesmith.metrics.metric import Metric

DTYPES = {"logprobs": "float64", "reference_tokens": "int64", "reference_bytes": "int64"}


def as_evaluate(
    name: str, resamples: int = 1000, seed: int = 0, langs: list[str] | None = None
) -> Any:
    """Return an `evaluate.Metric` that computes `name`, `name_stderr`, `_low`, `_high` and `_n`.

    Args:
        name: of the registry.
        resamples: for the 95 % interval.
        seed: of the resamples.
        langs: of each row, for metrics that look at it; without, the references decide.

    Raises:
        KeyError: no such metric.
    """
    import datasets
    import evaluate

    metric = METRICS[name]
    features = {column: datasets.Value(DTYPES.get(column, "string")) for column in metric.inputs}

    class HubMetric(evaluate.Metric):  # type: ignore[misc]
        """One metric of the registry in evaluate's form."""

        def _info(self) -> Any:
            return evaluate.MetricInfo(
                description=type(metric).__doc__ or metric.title,
                citation="",
                inputs_description=", ".join(metric.inputs),
                features=datasets.Features(features),
            )

        def _compute(self, **columns: Any) -> dict[str, float]:
            return _scored(metric, _answers(columns, langs), resamples, seed)

    HubMetric.__name__ = type(metric).__name__
    return HubMetric(config_name=name)


def _answers(columns: dict[str, Any], langs: list[str] | None) -> Answers:
    """Return evaluate's columns as answers; those that the metric does not read stay empty."""
    size = len(next(iter(columns.values())))
    blank = [""] * size
    numbers: dict[str, Any] = {
        key: np.array(columns[key], dtype=np.float64) for key in DTYPES if columns.get(key)
    }
    return Answers(
        predictions=columns.get("predictions") or blank,
        references=columns.get("references") or blank,
        langs=langs,
        scores=columns.get("scores"),
        **numbers,
    )


def _scored(metric: Metric, answers: Answers, resamples: int, seed: int) -> dict[str, float]:
    """Return the value and its interval under names that do not collide in `combine`."""
    statistics = {"model": metric.statistics(answers)}
    [measured] = measure({metric: statistics}, resamples, 0.95, np.random.default_rng(seed))
    score = measured.score("model")
    return {
        metric.name: score.value,
        f"{metric.name}_stderr": score.stderr,
        f"{metric.name}_low": score.low,
        f"{metric.name}_high": score.high,
        f"{metric.name}_n": score.n,
    }
