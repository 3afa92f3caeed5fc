"""Drops train rows that repeat a row set apart, or a question of a published evaluation set."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, PositiveInt

from tunesmith.cleaners.base import Cleaner, Verdicts
from tunesmith.cleaners.held_out import Comparison, HeldOut, HeldQuestions
from tunesmith.rows import Row
from tunesmith.text.evaluation_sets import EvaluationSet
from tunesmith.text.held_questions import Limits, questions_of

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
    words (a CJK character is a word). The partner of such a drop is `name:line`. A set given by
    name only has to be `located` first.
    """

    kind: Literal["decontaminate"] = "decontaminate"
    similarity: Annotated[float, Field(ge=0.5, le=1)] = 0.9
    against: tuple[EvaluationSet, ...] = ()
    ngram: PositiveInt = 8
    contained: Annotated[float, Field(gt=0, le=1)] = 0.8

    def verdicts(self, rows: list[Row], seed: int) -> Verdicts:
        """Return a drop for each row that leaks, with the id of the row it repeats."""
        verdicts: Verdicts = [None] * len(rows)
        for comparison in self.comparisons(rows):
            comparison.judge(rows, verdicts, seed)
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
        limits = Limits(self.similarity, self.ngram, self.contained)
        return [*rows, *(HeldQuestions(questions_of(one), limits) for one in self.against)]

    def located(self, folder: Path) -> "Decontaminate":
        """Return the cleaner with the path of each set in `against`; see `EvaluationSet`."""
        return self.model_copy(
            update={"against": tuple(known.located(folder) for known in self.against)}
        )

    def spread(self, rows: "Spread") -> list[Any]:
        """Return the verdicts of each partition: every worker gets what is held out."""
        from tunesmith.cleaners.scale_out.decontaminate import spread_decontaminate

        return spread_decontaminate(self, rows)
