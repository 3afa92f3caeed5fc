"""Drops train rows that repeat a row set apart, or a question of a published evaluation set."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from tunesmith.cleaners.base import Cleaner, Verdict, Verdicts, is_test, whole_text
from tunesmith.rows import Row, prompt_text
from tunesmith.text.evaluation_sets import EvaluationSet
from tunesmith.text.held_questions import Limits, held
from tunesmith.text.leaks import leaks

SIDES: tuple[tuple[str, tuple[str | None, ...]], ...] = (
    ("test", (None, "train", "validation")),
    ("validation", (None, "train")),
)


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
        for held_out, others in SIDES:
            known = [row for row in rows if row["split"] == held_out]
            places = [k for k, row in enumerate(rows) if row["split"] in others]
            for leak in leaks([rows[k] for k in places], known, self.similarity, seed):
                verdict = Verdict(
                    "drop", f"repeats a {held_out} row", leak.score, known[leak.right]["id"]
                )
                verdicts[places[leak.left]] = verdicts[places[leak.left]] or verdict
        self._against_sets(rows, verdicts, seed)
        return verdicts

    def _against_sets(self, records: list[Row], verdicts: Verdicts, seed: int) -> None:
        """Drop the rows that hold a question of an evaluation set."""
        limits = Limits(self.similarity, self.ngram, self.contained)
        for known in self.against:
            places = [k for k, row in enumerate(records) if not (is_test(row) or verdicts[k])]
            prompts = [prompt_text(records[k]) for k in places]
            texts = [whole_text(records[k]) for k in places]
            for place, (question, score) in held(prompts, texts, known, limits, seed).items():
                reason = f"holds a question of {known.name}"
                verdicts[places[place]] = Verdict("drop", reason, score, question)

    def located(self, folder: Path) -> "Decontaminate":
        """Return the cleaner with the path of each set in `against`; see `EvaluationSet`."""
        return self.model_copy(
            update={"against": tuple(known.located(folder) for known in self.against)}
        )
