"""The table that stage reward writes: what each answer of each model is worth."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from tunesmith.answers import REWARD
from tunesmith.errors import UserError
from tunesmith.rewards.base import Answer, Scorer
from tunesmith.rows import Row, prompt_of, write_table

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = pa.schema([("id", pa.string()), ("model", pa.string()), (REWARD, pa.float64())])
ANSWERS_NOTHING = "text"  # the task of rows that are read and not answered


def rewards_of(
    rows: Sequence[Row], predictions: "pd.DataFrame", scorer: Scorer
) -> list[float | None]:
    """Return the reward of each answer; None for plain text, which has none.

    Args:
        rows: N rows of the exam.
        predictions: of one model, N lines in the order of the rows.
        scorer: of answers.

    Raises:
        UserError: rows are classifications, or a reward is no finite number.
    """
    labelled = [row for row in rows if row["task"] == "classification"]
    if labelled:
        raise UserError(
            f"params.yaml: reward.rewards: {labelled[0]['source']} asks for a label, and rewards "
            "are of answers in words; set reward.rewards to []"
        )
    columns = (predictions[name] for name in ("prediction", "generated_tokens", "finished"))
    given = list(zip(rows, *columns, strict=True))
    asked = [place for place, row in enumerate(rows) if row["task"] != ANSWERS_NOTHING]
    found = scorer([_answer(*given[place]) for place in asked])
    rewards: list[float | None] = [None] * len(rows)
    for place, reward in zip(asked, found, strict=True):
        rewards[place] = reward
    return rewards


def _answer(row: Row, text: str | None, tokens: float | None, finished: bool | None) -> Answer:
    """Return what a model answered to a row."""
    return Answer(row, prompt_of(row), text or "", int(tokens or 0), bool(finished))


def write_rewards(path: Path, found: Mapping[str, tuple[list[str], list[float | None]]]) -> None:
    """Write the table.

    Args:
        path: of the Parquet file.
        found: model → ids of rows, and the reward of its answer to each.
    """
    lines = [
        {"id": name, "model": model, REWARD: reward}
        for model, (ids, rewards) in found.items()
        for name, reward in zip(ids, rewards, strict=True)
    ]
    write_table(path, pa.Table.from_pylist(lines, schema=SCHEMA))


def with_rewards(predictions: "pd.DataFrame", model: str, path: Path) -> "pd.DataFrame":
    """Return predictions with what each is worth, where that was asked for.

    Args:
        predictions: of a model.
        model: its name.
        path: of the table.

    Raises:
        UserError: the table has rewards, and not of all these answers.
    """
    lines = pq.read_table(path, filters=[("model", "=", model)])
    if not len(lines):
        return predictions
    known = dict(zip(lines["id"].to_pylist(), lines[REWARD].to_pylist(), strict=True))
    missing = [name for name in predictions["id"] if name not in known]
    if missing:
        raise UserError(
            f"{path}: no reward for {len(missing)} answers of {model}, first {missing[0]}; score "
            "them again (`dvc repro reward`)"
        )
    return rewarded(predictions, [known[name] for name in predictions["id"]])


def rewarded(predictions: "pd.DataFrame", rewards: list[float | None]) -> "pd.DataFrame":
    """Return predictions with the reward of each beside it."""
    import pandas as pd

    column = pd.Series(rewards, index=predictions.index, dtype=object)
    return predictions.assign(**{REWARD: column})
