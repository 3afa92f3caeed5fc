"""Measures sets of rows: the test rows, their slices, and every other set of the exam."""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from tunesmith.answers import Answers, to_answers
from tunesmith.errors import UserError
from tunesmith.evaluation.sets import Sets, metrics_beside, sets_of
from tunesmith.evaluation.tables import CANDIDATE, Table
from tunesmith.metrics.labels import with_scope_of
from tunesmith.metrics.measure import Measured, measure
from tunesmith.metrics.metric import Metric
from tunesmith.metrics.params import EvaluateParams
from tunesmith.slices import Mask, slice_masks

if TYPE_CHECKING:
    import pandas as pd


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
    """Return the metrics of every set but the test rows, those that it can show.

    Raises:
        UserError: a set can show none.
    """
    found = {}
    for name in sets_of(rows):
        own, given = part_of(rows, predictions, name)
        answers = answers_of(own, given)
        wanted = metrics_beside(own, settings)
        shown = [one for one in wanted if one.shows(answers[CANDIDATE])]
        if not shown:
            names = ", ".join(one.name for one in wanted)
            raise UserError(
                f"params.yaml: evaluate.metrics: the {name} rows can show none of {names}; add one "
                "that they can, or take the set out"
            )
        table = statistics(shown, answers, name)
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


def statistics(metrics: list[Metric], answers: dict[str, Answers], name: str) -> Table:
    """Return the row statistics of every metric and model.

    Raises:
        UserError: a metric cannot be of these rows; the message names the set.
    """
    try:
        for metric in metrics:
            for given in answers.values():
                metric.needs(given)
        return {
            metric: {model: metric.statistics(given) for model, given in answers.items()}
            for metric in metrics
        }
    except UserError as error:
        raise UserError(f"{error} (of the {name} rows)") from None


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
