"""Our metrics as `evaluate.Metric` objects, for whoever uses Hugging Face's evaluate.

They work offline and inside `evaluate.combine([...])`. The import of evaluate costs seconds, so
it happens here only, when one is asked for; the stages score without it.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tunesmith.answers import Answers
from tunesmith.metrics import METRICS
from tunesmith.metrics.confusion import confusion
from tunesmith.metrics.measure import measure
from tunesmith.metrics.metric import Metric

CONFUSION = "confusion"  # a table and no score, so it is none of the registry
DTYPES = {
    "logprobs": "float64",
    "reference_bytes": "int64",
    "reference_tokens": "int64",
    "rewards": "float64",
}


def as_evaluate(
    name: str, resamples: int = 1000, seed: int = 0, langs: list[str] | None = None
) -> Any:
    """Return an `evaluate.Metric` that computes `name`, `name_stderr`, `_low`, `_high` and `_n`.

    Args:
        name: of the registry; or `confusion`, which gives labels and counts.
        resamples: for the 95 % interval.
        seed: of the resamples.
        langs: of each row, for metrics that look at it; without, the references decide.

    Raises:
        KeyError: no such metric.
    """
    if name == CONFUSION:
        return hub_metric(name, confusion.__doc__, ("predictions", "references"), _table, langs)
    metric = METRICS[name]

    def compute(answers: Answers) -> dict[str, Any]:
        return scored(metric, answers, resamples, seed)

    return hub_metric(name, type(metric).__doc__, metric.inputs, compute, langs)


def hub_metric(
    name: str,
    description: str | None,
    inputs: Sequence[str],
    compute: Callable[[Answers], dict[str, Any]],
    langs: list[str] | None,
) -> Any:
    """Return what is computed of answers in evaluate's form.

    Args:
        name: of it.
        description: told by evaluate.
        inputs: fields of `Answers` that `compute` reads; evaluate's columns have their names.
        compute: answers → results, whose names no other metric has.
        langs: of each row, or None.
    """
    import datasets
    import evaluate

    features = {column: datasets.Value(DTYPES.get(column, "string")) for column in inputs}

    class HubMetric(evaluate.Metric):  # type: ignore[misc]
        """One metric of ours in evaluate's form."""

        def _info(self) -> Any:
            return evaluate.MetricInfo(
                description=description or name,
                citation="",
                inputs_description=", ".join(inputs),
                features=datasets.Features(features),
            )

        def _compute(self, **columns: Any) -> dict[str, Any]:
            return compute(_answers(columns, langs))

    return HubMetric(config_name=name)


def scored(metric: Metric, answers: Answers, resamples: int, seed: int) -> dict[str, Any]:
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


def _table(answers: Answers) -> dict[str, Any]:
    """Return which label was given for which."""
    return {CONFUSION: confusion(answers).as_dict()}


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
        prompts=columns.get("prompts"),
        **numbers,
    )
