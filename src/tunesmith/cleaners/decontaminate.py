"""Drops train rows that repeat a row set apart, or a question of a published evaluation set."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pandas as pd
from pydantic import Field, PositiveInt

from tunesmith.cleaners.base import Cleaner, Verdicts
from tunesmith.cleaners.held_out import Comparison, HeldOut, Questions
from tunesmith.rows import Row, to_rows
from tunesmith.text.evaluation_sets import EvaluationSet

if TYPE_CHECKING:
    from tunesmith.cleaners.scale_out.spread import Spread

SIDES: tuple[tuple[str, tuple[str | None, ...]], ...] = (
    ("test", (None, "train", "validation")),
    ("validation", (None, "train")),
)
HELD_OUT = frozenset(side for side, _ in SIDES)


class Decontaminate(Cleaner):
    """Drop rows that ask what a test row asks, or, outside validation, what a validation row asks.

    It asks the question that the gate `no_leak` asks. Rows of the test split are never dropped.
    Rows are also compared with the questions of the evaluation sets in `against`: a row goes if
    its prompt is one, or if anywhere it holds `contained` of a question's n-grams of `ngram`
    words (a CJK character is a word). The partner of such a drop is `name:line`.
    """

    kind: Literal["decontaminate"] = "decontaminate"
    similarity: Annotated[float, Field(ge=0.5, le=1)] = 0.9
    against: tuple[EvaluationSet, ...] = ()
    ngram: PositiveInt = 8
    contained: Annotated[float, Field(gt=0, le=1)] = 0.8

    def __call__(self, rows: pd.DataFrame, seed: int) -> Verdicts:
        """Return a drop for each row that leaks, with the id of the row it repeats."""
        records = to_rows(rows)
        verdicts: Verdicts = [None] * len(records)
        for comparison in self.comparisons(records):
            comparison.judge(records, verdicts, seed)
        return verdicts

    def comparisons(self, records: Iterable[Row]) -> list[Comparison]:
        """Return what rows are compared with, in order: the held-out of `records`, then the sets.

        Raises:
            UserError: an evaluation set cannot be read.
        """
        held_out = [row for row in records if row["split"] in HELD_OUT]
        rows = [
            HeldOut(
                side, others, [row for row in held_out if row["split"] == side], self.similarity
            )
            for side, others in SIDES
        ]
        return [*rows, *(self._against(known) for known in self.against)]

    def _against(self, known: EvaluationSet) -> Questions:
        """Return the comparison with one evaluation set."""
        lines, questions = zip(*known.questions(), strict=True)
        return Questions(known.name, lines, questions, self.similarity, self.ngram, self.contained)

    def spread(self, rows: "Spread") -> list[Any]:
        """Return the verdicts of each partition: every worker gets what is held out."""
        from tunesmith.cleaners.scale_out.decontaminate import spread_decontaminate

        return spread_decontaminate(self, rows)


def _of_split(rows: list[Row], split: str) -> list[Row]:
    """Return the rows of one split."""
    return [row for row in rows if row["split"] == split]
