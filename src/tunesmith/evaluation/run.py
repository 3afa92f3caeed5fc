"""Evaluates the predictions of all models on the exam."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tunesmith.answers import is_classification
from tunesmith.behaviour.score import score_behaviour
from tunesmith.endpoints.replies import Replies
from tunesmith.evaluation.measuring import (
    answers_of,
    measured,
    measured_sets,
    named_masks,
    part_of,
    statistics,
)
from tunesmith.evaluation.sets import (
    about_all,
    about_sets,
    by_set,
    comparisons_of,
    gaps_tree,
    metrics_beside,
    metrics_of,
    scores_tree,
)
from tunesmith.evaluation.tables import (
    CANDIDATE,
    OVERALL,
    TEST,
    Scored,
    Table,
    by_slice,
    comparison_tree,
    metrics_tree,
    row_scores,
    score_table,
)
from tunesmith.judge.metric import JudgeScore
from tunesmith.metrics.confusion import confusion
from tunesmith.metrics.params import EvaluateParams
from tunesmith.rows import to_rows
from tunesmith.sets import BEHAVIOUR, VALIDATION

if TYPE_CHECKING:
    import pandas as pd


class Evaluation(NamedTuple):
    """What was found: trees for JSON, tables for CSV and Parquet."""

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
    table: Table = statistics(metrics_of(test, settings), answers, TEST)
    more: dict[str, Any] = {}
    if settings.judge is not None:
        judge = JudgeScore(settings.judge, replies or Replies(), seed)
        more["judge"] = judge.ask(answers)
        table = {**table, **statistics([judge], answers, TEST)}
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
    metrics["about_sets"] = about_sets(sets)
    metrics["about"] = about_all(metrics["about"], metrics["about_sets"])
    return Evaluation(
        metrics | {"sets": scores_tree(sets), "gaps": gaps_tree(overall, sets), **more},
        score_table({(TEST, OVERALL): overall, **by_slice(slices), **by_set(sets)}),
        comparison_tree(overall, slices, comparisons_of(sets), settings),
        row_scores({TEST: (table, given), **validated(rows, predictions, settings)}),
        behaved(rows, predictions, settings.confidence),
    )


def validated(
    rows: "pd.DataFrame", predictions: "Mapping[str, pd.DataFrame]", settings: EvaluateParams
) -> Scored:
    """Return the row scores of the validation rows, by the metrics that they can show; no judge."""
    if VALIDATION not in set(rows["split"]):
        return {}
    own, given = part_of(rows, predictions, VALIDATION)
    answers = answers_of(own, given)
    shown = [one for one in metrics_beside(own, settings) if one.shows(answers[CANDIDATE])]
    return {VALIDATION: (statistics(shown, answers, VALIDATION), given)}


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
