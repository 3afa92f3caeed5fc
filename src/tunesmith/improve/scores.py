"""Row scores of one model on chosen rows, from the table that stage evaluate writes."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tunesmith.errors import UserError
from tunesmith.files import sha256_text
from tunesmith.metrics import METRICS
from tunesmith.rows import read_rows, to_rows
from tunesmith.stats.resample import Floats

if TYPE_CHECKING:
    import pandas as pd

CANDIDATE = "candidate"


def read_scores(path: Path) -> "pd.DataFrame":
    """Return the candidate's lines of a table of row scores, by id.

    Raises:
        UserError: no such file.
    """
    import pyarrow.parquet as pq

    if not path.exists():
        raise UserError(f"{path}: no such file; `tunesmith run` makes it")
    table: pd.DataFrame = pq.read_table(path, filters=[("model", "=", CANDIDATE)]).to_pandas()
    return table.set_index("id")


def scores_of(table: "pd.DataFrame", ids: Sequence[str], metric: str) -> Floats:
    """Return (N,) scores in the order of the ids, turned so that more is better.

    Raises:
        UserError: the metric scores no single rows, or a row has no score.
    """
    if metric not in table.columns or metric not in METRICS:
        known = ", ".join(name for name in table.columns if name in METRICS)
        raise UserError(
            f'params.yaml: improve.metric: no row scores of "{metric}"; stage evaluate made: '
            f"{known or 'none'}"
        )
    better = METRICS[metric].higher_is_better
    if better is None:
        raise UserError(
            f'params.yaml: improve.metric: neither more nor less of "{metric}" is better'
        )
    missing = [one for one in ids if one not in table.index]
    if missing:
        raise UserError(
            f"{len(missing)} rows have no score, such as {missing[0]}; `dvc repro evaluate` "
            "brings scores and rows together"
        )
    values = table.loc[list(ids), metric].to_numpy(dtype=np.float64)
    return values if better else -values


def mean_score(rows: Path, scores: Path, metric: str) -> float | None:
    """Return the candidate's mean on the rows of a table that it was asked; None without any."""
    table = read_scores(scores)
    ids = [row["id"] for row in to_rows(read_rows(rows)) if row["id"] in table.index]
    return float(np.mean(scores_of(table, ids, metric))) if ids else None


def test_set_of(ids: Sequence[str]) -> str:
    """Return a hash of which rows a test set holds, whatever their order."""
    return sha256_text("\n".join(sorted(ids)))[:16]
