"""Rows and what models answered, of which pairs are made; those that measure are left out."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tunesmith.answers import aligned, read_predictions, to_answers
from tunesmith.errors import UserError
from tunesmith.rows import Row, message_text, prompt_of, read_rows, reference_of, to_frame, to_rows
from tunesmith.sets import BEHAVIOUR, OOD, RETENTION

if TYPE_CHECKING:
    import pandas as pd

HELD = ("test", OOD, RETENTION, BEHAVIOUR)  # how the split of a row that measures begins


class Answer(NamedTuple):
    """What a model wrote, and whether it came to an end."""

    text: str
    finished: bool


class Asked(NamedTuple):
    """Rows, and the answers of each model to them in the same order."""

    rows: list[Row]
    answers: dict[str, list[Answer]]


def read_asked(table: Path, predictions: Path, models: Sequence[str]) -> Asked:
    """Return the conversations of a table that models have answered.

    Args:
        table: of rows.
        predictions: folder with `<model>.parquet`; answers to other rows are left aside.
        models: whose answers are read.

    Raises:
        UserError: a table is missing, or a row has no answer.
    """
    rows = [row for row in to_rows(read_rows(table)) if row["task"] in ("chat", "preference")]
    if not rows:
        raise UserError(f"{table}: no row of task chat or preference, which a model answers")
    frame = to_frame(rows)
    return Asked(rows, {name: _answers(name, predictions, frame) for name in models})


def _answers(model: str, folder: Path, rows: "pd.DataFrame") -> list[Answer]:
    """Return a model's answers in the order of the rows."""
    path = folder / f"{model}.parquet"
    table = read_predictions(path)
    own = aligned(rows, table[table["id"].isin(set(rows["id"]))], str(path))
    texts = to_answers(rows, own).predictions
    ends = [value is not False for value in own["finished"]]
    return [Answer(text, end) for text, end in zip(texts, ends, strict=True)]


def why_not(row: Row) -> str | None:
    """Return why a row may not become a pair to be trained, or None."""
    split = str(row.get("split") or "")
    if split.startswith(HELD):
        return f"a row that measures ({split.partition(':')[0]})"
    if not prompt_of(row):
        return "nothing is asked"
    return None if reference_of(row).strip() else "no reference answer"


def question_of(row: Row) -> str:
    """Return what was asked as one text."""
    return "\n".join(message_text(message) for message in prompt_of(row))
