"""Score the predictions of base, candidate and champion, with intervals, by set and by slice."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

import numpy as np
import pyarrow as pa

from tunesmith.answers import Answers, aligned, is_classification, read_predictions, to_answers
from tunesmith.behaviour.score import score_behaviour
from tunesmith.endpoints.replies import Replies
from tunesmith.errors import UserError
from tunesmith.files import write_json, write_text
from tunesmith.judge.metric import judged
from tunesmith.metrics.confusion import confusion
from tunesmith.metrics.labels import with_scope_of
from tunesmith.metrics.measure import Measured, measure
from tunesmith.metrics.metric import Metric
from tunesmith.metrics.params import EvaluateParams
from tunesmith.metrics.sets import (
    BEHAVIOUR,
    Sets,
    about_sets,
    by_set,
    comparisons_of,
    gaps_tree,
    metrics_of,
    scores_tree,
    sets_of,
)
from tunesmith.metrics.tables import (
    CANDIDATE,
    MODELS,
    OVERALL,
    TEST,
    Table,
    by_slice,
    comparison_tree,
    metrics_tree,
    per_row_table,
    score_table,
)
from tunesmith.params import read_seed
from tunesmith.rows import read_rows, to_rows, write_table
from tunesmith.slices import Mask, slice_masks
from tunesmith.stage import WORK, parse_paths, run_stage

if TYPE_CHECKING:
    import pandas as pd


RECORDED = "replies.jsonl"  # of the judge, in its folder: pinned ones are asked no more


class Evaluation(NamedTuple):
    """The five outputs of the stage."""

    metrics: dict[str, Any]
    scores: "pd.DataFrame"
    comparisons: dict[str, Any]
    per_row: "pd.DataFrame"
    behaviour: dict[str, Any]


def evaluate(
    rows: "pd.DataFrame",
    predictions: "Mapping[str, pd.DataFrame]",
    settings: EvaluateParams,
    seed: int,
    replies: Replies | None = None,
) -> Evaluation:
    """Score every model on the same rows: the test rows by slice too, every other set as a whole.

    Args:
        rows: N rows of the exam; `split` names the set of each.
        predictions: model → its predictions, in the order of the rows.
        settings: metrics, slices and resamples.
        seed: of the resamples.
        replies: recorded ones of the judge; what is asked anew is added.
    """
    test, given = part_of(rows, predictions, TEST)
    answers = answers_of(test, given)
    table = statistics(metrics_of(test, settings), answers)
    more: dict[str, Any] = {}
    if settings.judge is not None:
        found = judged(answers, settings.judge, replies or Replies({}), seed)
        table = {**table, found.metric: found.statistics}
        more["judge"] = found.about
    if is_classification(test):
        more["confusion"] = {name: confusion(own).as_dict() for name, own in answers.items()}
    everything = np.ones(len(test), dtype=bool)
    overall = measured(table, everything, OVERALL, settings, seed)
    slices = {
        key: measured(table, mask, "=".join(key), settings, seed)
        for key, mask in named_masks(test, settings).items()
    }
    sets = measured_sets(rows, predictions, settings, seed)
    metrics = metrics_tree(overall, slices, answers[CANDIDATE])
    metrics["about"] = {**about_sets(sets), **metrics["about"]}
    return Evaluation(
        metrics | {"sets": scores_tree(sets), "gaps": gaps_tree(overall, sets), **more},
        score_table({(TEST, OVERALL): overall, **by_slice(slices), **by_set(sets)}),
        comparison_tree(overall, slices, comparisons_of(sets), settings),
        per_row_table(table, given),
        behaved(rows, predictions, settings.confidence),
    )


def behaved(
    rows: "pd.DataFrame", predictions: "Mapping[str, pd.DataFrame]", confidence: float
) -> dict[str, Any]:
    """Return what the models do in the behavioural tests."""
    own = (rows["split"] == BEHAVIOUR).to_numpy()
    answers = {
        model: {row["id"]: row for row in to_rows(table[own])}
        for model, table in predictions.items()
    }
    return score_behaviour(to_rows(rows[own]), answers, confidence)


def answers_of(
    rows: "pd.DataFrame", predictions: "Mapping[str, pd.DataFrame]"
) -> dict[str, Answers]:
    """Return every model's answers; what the candidate was not trained on is out of scope."""
    answers = {model: to_answers(rows, table) for model, table in predictions.items()}
    return with_scope_of(answers, CANDIDATE)


def part_of(
    rows: "pd.DataFrame", predictions: "Mapping[str, pd.DataFrame]", name: str
) -> "tuple[pd.DataFrame, dict[str, pd.DataFrame]]":
    """Return the rows of one set, and every model's predictions of them.

    Raises:
        UserError: there is no such row.
    """
    own = (rows["split"] == name).to_numpy()
    if not own.any():
        raise UserError(f"the exam has no {name} row; give some or raise split.test_ratio")
    parts = {model: table[own].reset_index(drop=True) for model, table in predictions.items()}
    return rows[own].reset_index(drop=True), parts


def measured_sets(
    rows: "pd.DataFrame",
    predictions: "Mapping[str, pd.DataFrame]",
    settings: EvaluateParams,
    seed: int,
) -> Sets:
    """Return the metrics of every set but the test rows."""
    found = {}
    for name in sets_of(rows):
        own, given = part_of(rows, predictions, name)
        answers = answers_of(own, given)
        table = statistics(metrics_of(own, settings), answers)
        everything = np.ones(len(own), dtype=bool)
        found[name] = measured(table, everything, name, settings, seed), answers[CANDIDATE]
    return found


def named_masks(rows: "pd.DataFrame", settings: EvaluateParams) -> dict[tuple[str, str], Mask]:
    """Return the rows of each slice by its name and value."""
    return {
        (name, value): mask
        for name, values in slice_masks(rows, settings.slices).items()
        for value, mask in values.items()
    }


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
    """Join the predictions with their rows, score them, write what was found."""
    outputs = ("--metrics", "--scores", "--comparisons", "--behaviour", "--per-row", "--replies")
    models = ("--base", "--candidate", "--champion")
    paths = parse_paths("--rows", *models, "--recorded", *outputs)
    rows = read_rows(paths.rows)
    places = {model: getattr(paths, model) for model in MODELS}
    predictions = {
        model: aligned(rows, read_predictions(place), str(place)) for model, place in places.items()
    }
    settings = EvaluateParams.read("evaluate")
    replies = Replies.read(paths.recorded / RECORDED, WORK / "evaluate" / RECORDED)
    result = evaluate(rows, predictions, settings, read_seed(), replies)
    write_json(paths.metrics, result.metrics)
    write_text(paths.scores, result.scores.to_csv(index=False, lineterminator="\n"))
    write_json(paths.comparisons, result.comparisons)
    write_json(paths.behaviour, result.behaviour)
    write_text(paths.replies, replies.lines())  # one blank line if none: DVC warns of empty files
    per_row = pa.Table.from_pandas(result.per_row, preserve_index=False)
    write_table(paths.per_row, per_row.replace_schema_metadata(None))


if __name__ == "__main__":
    run_stage(main)
