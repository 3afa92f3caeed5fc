"""One row with the answers of two models: what a person is asked to compare."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tunesmith.answers import aligned, read_predictions, to_answers
from tunesmith.errors import UserError
from tunesmith.files import sha256_text
from tunesmith.rows import Row, read_rows, to_rows

DIGITS = 16  # of an answer's SHA-256, as many as an id has


@dataclass(frozen=True)
class Comparison:
    """A test row and what two models answered; `models` and `answers` are in the same order."""

    row: Row
    models: tuple[str, str]
    answers: tuple[str, str]

    @property
    def id(self) -> str:
        """The row's id."""
        return str(self.row["id"])

    @property
    def identical(self) -> bool:
        """True if a person could see no difference."""
        return self.answers[0].strip() == self.answers[1].strip()

    @cached_property
    def digests(self) -> tuple[str, str]:
        """What tells these answers from others: the start of each one's SHA-256."""
        return digest(self.answers[0]), digest(self.answers[1])

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Model and digest of both answers, in no order: what a rating must be of."""
        return frozenset(zip(self.models, self.digests, strict=True))


def digest(text: str) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256 of one answer, or of several."""
    return sha256_text(text)[:DIGITS]


def read_comparisons(test: Path, predictions: Path, models: tuple[str, str]) -> list[Comparison]:
    """Return a comparison for each test row, in the order of the rows.

    Args:
        test: table of rows.
        predictions: folder with `<model>.parquet`; predictions for other rows are left aside.
        models: first and second.

    Raises:
        UserError: a table is missing or broken, a row has no prediction, or the two models are one.
    """
    if models[0] == models[1]:
        raise UserError(f"--first and --second are both {models[0]}; two models are compared")
    rows = read_rows(test)
    if not len(rows):
        raise UserError(f"{test}: no row to compare answers on")
    answers = []
    for model in models:
        path = _table_of(model, predictions)
        table = read_predictions(path)
        table = aligned(rows, table[table["id"].isin(set(rows["id"]))], str(path))
        answers.append(to_answers(rows, table).predictions)
    return [
        Comparison(row, models, (first, second))
        for row, first, second in zip(to_rows(rows), *answers, strict=True)
    ]


def _table_of(model: str, folder: Path) -> Path:
    """Return the file of a model's predictions, or say which models there are."""
    known = models_in(folder)
    if model not in known:
        there = ", ".join(known) or "none yet; `dvc repro` predicts"
        raise UserError(f"{folder}: no predictions of {model!r}; there are: {there}")
    return folder / f"{model}.parquet"


def models_in(folder: Path) -> Sequence[str]:
    """Return the models whose predictions a folder holds."""
    return sorted(path.stem for path in folder.glob("*.parquet"))
