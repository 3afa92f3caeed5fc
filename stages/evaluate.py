"""Score the predictions of base, candidate and champion, with intervals, overall and by slice."""

from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

import numpy as np
import pyarrow as pa

from tunesmith.answers import Answers, aligned, is_classification, read_predictions, to_answers
from tunesmith.files import write_json, write_text
from tunesmith.metrics import EvaluateParams, metrics_for
from tunesmith.metrics.measure import Measured, measure
from tunesmith.metrics.metric import Metric
from tunesmith.metrics.tables import (
    CANDIDATE,
    MODELS,
    OVERALL,
    Table,
    comparison_tree,
    metrics_tree,
    per_row_table,
    score_table,
)
from tunesmith.params import read_seed
from tunesmith.rows import read_rows, write_table
from tunesmith.slices import Mask, slice_masks
from tunesmith.stage import parse_paths, run_stage

if TYPE_CHECKING:
    import pandas as pd


class Evaluation(NamedTuple):
    """The four outputs of the stage."""

    metrics: dict[str, Any]
    scores: "pd.DataFrame"
    comparisons: dict[str, Any]
    per_row: "pd.DataFrame"


def evaluate(
    rows: "pd.DataFrame",
    predictions: "dict[str, pd.DataFrame]",
    settings: EvaluateParams,
    seed: int,
) -> Evaluation:
    """Score every model on the same rows.

    Args:
        rows: N test rows.
        predictions: model → its predictions, in the order of the rows.
        settings: metrics, slices and resamples.
        seed: of the resamples.
    """
    metrics = metrics_for(settings.metrics, is_classification(rows))
    answers = {name: to_answers(rows, table) for name, table in predictions.items()}
    table = statistics(metrics, answers)
    everything = np.ones(len(rows), dtype=bool)
    masks = {
        (name, value): mask
        for name, values in slice_masks(rows, settings.slices).items()
        for value, mask in values.items()
    }
    overall = measured(table, everything, OVERALL, settings, seed)
    slices = {
        key: measured(table, mask, "=".join(key), settings, seed) for key, mask in masks.items()
    }
    return Evaluation(
        metrics_tree(overall, slices, answers[CANDIDATE]),
        score_table(overall, slices),
        comparison_tree(overall, slices, settings.confidence, settings.resamples),
        per_row_table(table, predictions),
    )


def statistics(metrics: list[Metric], answers: dict[str, Answers]) -> Table:
    """Return the row statistics of every metric and model."""
    for metric in metrics:
        for given in answers.values():
            metric.needs(given)
    return {
        metric: {name: metric.statistics(given) for name, given in answers.items()}
        for metric in metrics
    }


def measured(
    table: Table, mask: Mask, name: str, settings: EvaluateParams, seed: int
) -> list[Measured]:
    """Return all metrics on the masked rows; a slice's draws depend on its name, not its place."""
    part = {
        metric: {model: values[mask] for model, values in models.items()}
        for metric, models in table.items()
    }
    rng = np.random.default_rng([seed, crc32(name.encode())])
    return measure(part, settings.resamples, settings.confidence, rng)


def main() -> None:
    """Join the predictions with their rows, score them, write four reports."""
    outputs = ("--metrics", "--scores", "--comparisons", "--per-row")
    paths = parse_paths("--rows", "--base", "--candidate", "--champion", *outputs)
    rows = read_rows(paths.rows)
    places = {model: getattr(paths, model) for model in MODELS}
    predictions = {
        model: aligned(rows, read_predictions(place), str(place)) for model, place in places.items()
    }
    result = evaluate(rows, predictions, EvaluateParams.read("evaluate"), read_seed())
    write_json(paths.metrics, result.metrics)
    write_text(paths.scores, result.scores.to_csv(index=False, lineterminator="\n"))
    write_json(paths.comparisons, result.comparisons)
    per_row = pa.Table.from_pandas(result.per_row, preserve_index=False)
    write_table(paths.per_row, per_row.replace_schema_metadata(None))


if __name__ == "__main__":
    run_stage(main)
