"""Two models' answers to a few questions, and people who rate them, for the tests of judging."""

from pathlib import Path
from typing import Any

import pandas as pd

from tests.evaluation import write_predictions
from tests.plain_rows import plain_chat
from tunesmith.human.comparison import Comparison, read_comparisons
from tunesmith.human.rating import Rating
from tunesmith.human.task import Task
from tunesmith.prediction_table import COLUMNS
from tunesmith.rows import Row, to_frame, write_rows

MODELS = ("candidate", "base")


def question(number: int, **more: Any) -> Row:
    """Return row `row-<number>`; every other one is Chinese."""
    if number % 2:
        return plain_chat(number, f"订单{number}在哪里？", "已经寄出。", **{"lang": "zh", **more})
    return plain_chat(number, f"Where is order {number}?", "It is on its way.", **more)


def comparison(number: int, first: str | None = None, second: str | None = None) -> Comparison:
    """Return what both models say to `row-<number>`."""
    answers = (f"good {number}" if first is None else first, second or f"bad {number}")
    return Comparison(question(number), MODELS, answers)


def comparisons(count: int = 4) -> list[Comparison]:
    """Return comparisons whose answers differ, each from all others too."""
    return [comparison(number) for number in range(count)]


def task(count: int = 4, *more: Comparison, criteria: tuple[str, ...] = ("fluency",)) -> Task:
    """Return what is asked about so many rows, and more."""
    return Task([*comparisons(count), *more], criteria, seed=0)


def rating(item: Comparison, annotator: str, said: str, **more: Any) -> Rating:
    """Return a rating by model: `said` is first, second, tie or both_bad; the first is left."""
    return Rating(
        annotator=annotator,
        row=item.id,
        first=item.models[0],
        second=item.models[1],
        first_sha256=item.digests[0],
        second_sha256=item.digests[1],
        left=item.models[0],
        choice={"first": "left", "second": "right"}.get(said, said),
        **more,
    )


def write_judged(folder: Path, items: list[Comparison]) -> None:
    """Write rows and predictions of both models as the pipeline does."""
    (folder / "data/predictions").mkdir(parents=True, exist_ok=True)
    write_rows(folder / "data/splits/test.parquet", to_frame(one.row for one in items))
    for place, model in enumerate(MODELS):
        records = [
            {
                **dict.fromkeys(COLUMNS),
                "id": one.id,
                "prediction": one.answers[place],
                "finished": True,
            }
            for one in items
        ]
        path = folder / f"data/predictions/{model}.parquet"
        write_predictions(path, pd.DataFrame(records, dtype=object))


def read_judged(folder: Path, models: tuple[str, str] = MODELS) -> list[Comparison]:
    """Read what `write_judged` wrote."""
    return read_comparisons(
        folder / "data/splits/test.parquet", folder / "data/predictions", models
    )
