"""What evaluation writes: trees for JSON, long tables for CSV and Parquet."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from tunesmith.answers import Answers
from tunesmith.metrics.measure import Measured
from tunesmith.metrics.metric import Metric
from tunesmith.metrics.params import EvaluateParams
from tunesmith.stats.resample import Floats

if TYPE_CHECKING:
    import pandas as pd

BASE, CANDIDATE, CHAMPION = MODELS = ("base", "candidate", "champion")
OVERALL = "overall"
ANSWERED = ("id", "prediction", "finished", "truncated", "generated_tokens")
SCORED = ("logprob", "reference_tokens", "answer_logprob")
TEST = "test"

Table: TypeAlias = Mapping[Metric, Mapping[str, Floats]]  # metric → model → (N, K)
Scored: TypeAlias = Mapping[str, tuple[Table, "Mapping[str, pd.DataFrame]"]]  # by set
Slices: TypeAlias = Mapping[tuple[str, str], list[Measured]]  # (slice name, value) → metrics


def metrics_tree(overall: list[Measured], slices: Slices, answers: Answers) -> dict[str, Any]:
    """Return model → metric → score, the slices' values, and what pins the metrics down."""
    tree: dict[str, Any] = {
        model: {one.metric.name: one.score(model).with_intervals() for one in overall}
        for model in MODELS
    }
    by_slice: dict[str, Any] = {}
    for (name, value), metrics in slices.items():
        by_slice.setdefault(name, {})[value] = {
            model: {one.metric.name: one.value(model) for one in metrics} for model in MODELS
        }
    tree["about"] = {one.metric.name: about(one.metric, answers) for one in overall}
    return {**tree, "slices": by_slice}


def about(metric: Metric, answers: Answers) -> dict[str, Any]:
    """Return what a reader of the numbers must know of a metric."""
    return {
        "title": metric.title,
        "higher_is_better": metric.higher_is_better,
        "scale": metric.scale,
        "binary": metric.binary,
        "signature": metric.signature(answers),
    }


def by_slice(slices: Slices) -> dict[tuple[str, str], list[Measured]]:
    """Return the slices under their set and their name in one word."""
    return {(TEST, "=".join(key)): one for key, one in slices.items()}


def score_table(measured: Mapping[tuple[str, str], list[Measured]]) -> "pd.DataFrame":
    """Return one line a model, set, slice and metric.

    Args:
        measured: (set, slice) → metrics; the slice of a whole set is `overall`.
    """
    import pandas as pd

    records = [
        {
            **{"model": model, "set": name, "slice": part, "metric": one.metric.name},
            **one.score(model).as_dict(),
        }
        for model in MODELS
        for (name, part), metrics in measured.items()
        for one in metrics
    ]
    return pd.DataFrame(records)


def comparison_tree(
    overall: list[Measured],
    slices: Slices,
    sets: Mapping[str, dict[str, Any]],
    settings: EvaluateParams,
) -> dict[str, Any]:
    """Return the candidate's paired differences from base and champion.

    Args:
        overall: the metrics of all test rows.
        slices: those of each slice.
        sets: other model → what is known of every other set.
        settings: the confidence and the resamples.
    """
    against = {}
    for other in (BASE, CHAMPION):
        by_value: dict[str, Any] = {}
        for (name, value), metrics in slices.items():
            by_value.setdefault(name, {})[value] = differences(metrics, other)
        against[other] = {
            OVERALL: differences(overall, other),
            "slices": by_value,
            "sets": sets[other],
        }
    return {
        "against": against,
        "confidence": settings.confidence,
        "resamples": settings.resamples,
    }


def differences(metrics: list[Measured], other: str) -> dict[str, Any]:
    """Return metric → candidate minus other."""
    return {one.metric.name: one.difference(CANDIDATE, other).as_dict() for one in metrics}


def row_scores(scored: "Scored") -> "pd.DataFrame":
    """Return one line a row and model of each set: its answer, and what means something alone.

    `set` names the set. `logprob` is that of the whole reference, with `reference_tokens` beside
    it, whether or not the metric of that name, which is a mean of tokens, is among the metrics.
    """
    import pandas as pd

    parts = [
        _lines(table, model, answers).assign(set=name)
        for name, (table, predictions) in scored.items()
        for model, answers in predictions.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _lines(table: Table, model: str, answers: "pd.DataFrame") -> "pd.DataFrame":
    """Return one model's lines of one set."""
    part = answers[[*ANSWERED, *SCORED]].assign(model=model)
    for metric, models in table.items():
        values = metric.rows(models[model])
        if values is not None and metric.name not in SCORED:
            part[metric.name] = values
    return part
