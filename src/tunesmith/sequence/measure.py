"""Measures a sequence: the scores of every task after every step, and what they come to."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from tunesmith.answers import is_classification, to_answers
from tunesmith.errors import UserError
from tunesmith.fields import shown_field
from tunesmith.metrics import metrics_for
from tunesmith.metrics.measure import Measured, measure
from tunesmith.metrics.metric import Metric
from tunesmith.rows import to_rows
from tunesmith.sequence import SequenceParams
from tunesmith.sequence.matrix import (
    average,
    backward_transfer,
    forgetting,
    forgotten,
    forward_transfer,
)
from tunesmith.stats.score import score_from_draws

if TYPE_CHECKING:
    import pandas as pd

BASE = "base"
CONFIDENCE = 0.95  # of the interval that is shown; others are kept beside it
NONE: dict[str, Any] = {"steps": []}  # where no sequence is measured


def measure_sequence(
    rows: "pd.DataFrame",
    predictions: "Mapping[str, pd.DataFrame]",
    settings: SequenceParams,
    seed: int,
) -> dict[str, Any]:
    """Return the matrix of scores, and average, transfer and forgetting with their intervals.

    Args:
        rows: N test rows.
        predictions: `base` and the model of every step → its predictions, in the order of the rows.
        settings: the metric, the field of the tasks and the steps.
        seed: of the resamples; the rows of a task are drawn once for all models.

    Raises:
        UserError: a task has no test row, or the metric is not of such rows or has no better side.
    """
    metric, sign = _metric(rows, settings)
    models, tasks = list(settings.steps), list(settings.steps.values())
    parts = [_task(rows, predictions, settings, metric, task, seed) for task in tasks]
    scores = np.array([[one.value(model) for one in parts] for model in models])
    draws = np.array([[one.draws[model] for one in parts] for model in models])
    base = np.array([one.value(BASE) for one in parts])
    counts = [one.n(models[-1]) for one in parts]

    def found(values: Any, resampled: Any, n: int) -> dict[str, Any]:
        return score_from_draws(float(values), resampled, n, CONFIDENCE).with_intervals()

    def of_all(what: Any) -> dict[str, Any]:
        return found(what(sign * scores), what(sign * draws), min(counts))

    drawn = np.array([one.draws[BASE] for one in parts])
    before, resampled = (
        forward_transfer(sign * r, sign * b) for r, b in ((scores, base), (draws, drawn))
    )
    lost = zip(tasks, forgotten(sign * scores), forgotten(sign * draws), counts, strict=False)
    return {
        **{"metric": metric.name, "title": metric.title, "scale": metric.scale},
        **{"higher_is_better": metric.higher_is_better, "by": settings.by},
        **{"steps": models, "tasks": tasks, "rows": dict(zip(tasks, counts, strict=True))},
        **{"base": base.tolist(), "scores": scores.tolist()},
        "average": found(average(scores), average(draws), min(counts)),
        "backward_transfer": of_all(backward_transfer),
        "forward_transfer": found(before, resampled, min(counts)),
        "forgetting": of_all(forgetting),
        "forgotten": {task: found(value, own, n) for task, value, own, n in lost},
    }


def _metric(rows: "pd.DataFrame", settings: SequenceParams) -> tuple[Metric, int]:
    """Return the metric, and 1 where more of it is better or -1 where less is.

    Raises:
        UserError: it is not of such rows, or neither more nor less of it is better.
    """
    [metric] = metrics_for([settings.metric], is_classification(rows))
    if metric.higher_is_better is None:
        raise UserError(
            f'params.yaml: sequence.metric: neither more nor less "{metric.name}" is better, so '
            "that none of it can be forgotten; take another"
        )
    return metric, 1 if metric.higher_is_better else -1


def _task(
    rows: "pd.DataFrame",
    predictions: "Mapping[str, pd.DataFrame]",
    settings: SequenceParams,
    metric: Metric,
    task: str,
    seed: int,
) -> Measured:
    """Return the metric of every model on the rows of one task.

    Raises:
        UserError: there is no such row.
    """
    values = [shown_field(row, settings.by) for row in to_rows(rows)]
    mask = np.array([value == task for value in values])
    if not mask.any():
        raise UserError(
            f'params.yaml: sequence.steps: no test row has {settings.by} "{task}"; there are: '
            f"{', '.join(sorted(set(values)))}"
        )
    own = rows[mask].reset_index(drop=True)
    answers = {m: to_answers(own, p[mask].reset_index(drop=True)) for m, p in predictions.items()}
    for given in answers.values():
        metric.needs(given)
    table = {metric: {model: metric.statistics(given) for model, given in answers.items()}}
    rng = np.random.default_rng([seed, crc32(task.encode())])
    [found] = measure(table, settings.resamples, CONFIDENCE, rng)
    return found
