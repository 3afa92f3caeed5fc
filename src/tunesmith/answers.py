"""What a model answered, beside what was asked: predictions joined with their rows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tunesmith.errors import UserError
from tunesmith.prediction_table import COLUMNS
from tunesmith.rows import prompt_text, reference_of, to_rows

if TYPE_CHECKING:
    import pandas as pd


REWARD = "reward"  # a column that stage reward adds


@dataclass(frozen=True)
class Answers:
    """N predictions with their references; the optional columns are None where unknown."""

    predictions: Sequence[str]
    references: Sequence[str]
    langs: Sequence[str | None] | None = None
    scores: Sequence[str | None] | None = None  # JSON objects, label → probability
    logprobs: NDArray[np.float64] | None = None  # of the reference, summed, in nats
    reference_tokens: NDArray[np.float64] | None = None
    reference_bytes: NDArray[np.float64] | None = None  # of the text under `logprobs`, in UTF-8
    prompts: Sequence[str] | None = None
    rewards: NDArray[np.float64] | None = None  # of each answer, by stage reward
    scope: frozenset[str] | None = None  # the labels that can be known; None: those in `scores`

    def __post_init__(self) -> None:
        if len(self.predictions) != len(self.references):
            raise ValueError(f"{len(self.predictions)} predictions, {len(self.references)} answers")
        if not len(self.references):
            raise ValueError("no row: a score of nothing is not 0")

    def __len__(self) -> int:
        return len(self.references)

    def with_predictions(self, predictions: Sequence[str]) -> "Answers":
        """Return the same rows with other predictions."""
        return replace(self, predictions=predictions)


def read_predictions(path: Path) -> "pd.DataFrame":
    """Read a table of predictions.

    Raises:
        UserError: the file is missing, no table, or lacks a column.
    """
    import pandas as pd

    try:
        table = pq.read_table(path)
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; `dvc repro` predicts it") from None
    except pa.ArrowInvalid as error:
        raise UserError(f"{path}: not a Parquet table: {error}") from None
    missing = [name for name in COLUMNS if name not in table.column_names]
    if missing:
        raise UserError(f"{path}: no column {', '.join(missing)}; stage predict writes them")
    columns = {name: table.column(name).to_pylist() for name in COLUMNS}
    return pd.DataFrame({name: pd.Series(v, dtype=object) for name, v in columns.items()})


def aligned(rows: "pd.DataFrame", predictions: "pd.DataFrame", place: str) -> "pd.DataFrame":
    """Return the predictions in the order of `rows`, one for each.

    Args:
        rows: test rows.
        predictions: any order; columns as in `read_predictions`.
        place: named in errors, the file of the predictions.

    Raises:
        UserError: a row has no prediction or two, or a prediction has no row.
    """
    wanted, given = list(rows["id"]), list(predictions["id"])
    _refuse(place, "rows have no prediction", sorted(set(wanted) - set(given)))
    _refuse(place, "predictions are for no test row", sorted(set(given) - set(wanted)))
    twice = predictions["id"][predictions["id"].duplicated()]
    _refuse(place, "rows have more than one prediction", sorted(set(twice)))
    return predictions.set_index("id").loc[wanted].reset_index()


def _refuse(place: str, what: str, ids: list[str]) -> None:
    """Name how many ids are wrong, and the first."""
    if ids:
        way_out = "predict again on the present test rows (`dvc repro`)"
        raise UserError(f"{place}: {len(ids)} {what}, first {ids[0]}; {way_out}")


def to_answers(rows: "pd.DataFrame", predictions: "pd.DataFrame") -> Answers:
    """Return aligned rows and predictions as what metrics read."""
    records = to_rows(rows)
    return Answers(
        predictions=["" if _absent(text) else str(text) for text in predictions["prediction"]],
        references=[reference_of(row) for row in records],
        langs=list(rows["lang"]),
        scores=_all_or_none(predictions["scores"]),
        logprobs=_numbers(predictions["logprob"]),
        reference_tokens=_numbers(predictions["reference_tokens"]),
        reference_bytes=_numbers(predictions["reference_bytes"]),
        prompts=[prompt_text(row) for row in records],
        rewards=_numbers(predictions[REWARD]) if REWARD in predictions else None,
    )


def _all_or_none(column: "pd.Series") -> list[Any] | None:
    """Return the column's values, or None when one is missing."""
    values = list(column)
    return None if any(_absent(value) for value in values) else values


def _numbers(column: "pd.Series") -> NDArray[np.float64] | None:
    """Return the column's numbers, or None when one is missing."""
    values = _all_or_none(column)
    return None if values is None else np.array(values, dtype=np.float64)


def _absent(value: Any) -> bool:
    """True for None and NaN."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def is_classification(rows: "pd.DataFrame") -> bool:
    """True when every row is a classification, False when none is.

    Raises:
        UserError: the table is empty or mixes the two.
    """
    if not len(rows):
        raise UserError("the test set has no row; give test rows or raise split.test_ratio")
    share = (rows["task"] == "classification").mean()
    if 0 < share < 1:
        raise UserError(
            "the test rows mix classification and generation, whose scores do not compare; "
            "run two pipelines, or drop one kind in `collect`"
        )
    return bool(share == 1)
