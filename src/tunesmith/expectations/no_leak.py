"""Leaks: no row to train on may repeat a row that the model is tested on."""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field, PositiveInt

from tunesmith.expectations.check import RowCheck, Values
from tunesmith.expectations.evidence import Evidence
from tunesmith.rows import Row, all_text, prompt_text
from tunesmith.text.held_questions import Limits, held, questions_of
from tunesmith.text.leaks import leaks


class NoLeak(RowCheck):
    """No row asks what a test row, an out-of-distribution row or an evaluation set asks.

    Every set that lies in the folder of evaluation sets counts, as `decontaminate` finds it.
    """

    kind: Literal["no_leak"] = "no_leak"
    similarity: float = Field(0.9, ge=0.5, le=1)
    ngram: PositiveInt = 8
    contained: float = Field(0.8, gt=0, le=1)
    columns: dict[str, str] = Field({})  # set → where its questions stand, if not as usual

    @property
    def column(self) -> str:
        """See `Check`."""
        return f"held_out_at_{self.similarity}_{self.ngram}_{self.contained}"

    def values(self, evidence: Evidence) -> Values:
        """Return which held-out row or question each row repeats, or an empty text.

        Rows that are themselves held out are not checked.
        """
        places = [i for i, row in enumerate(evidence.rows) if not _is_held_out(row)]
        found: list[str | None] = [None] * len(evidence.rows)
        for place in places:
            found[place] = ""
        left = [evidence.rows[place] for place in places]
        for place, repeated in [*self._rows(left, evidence), *self._questions(left, evidence)]:
            found[places[place]] = found[places[place]] or repeated
        return found

    def _rows(self, left: list[Row], evidence: Evidence) -> Iterator[tuple[int, str]]:
        """Yield the place of each row that repeats a held-out row, and that row."""
        test = [row for row in evidence.held_out if row["split"] == "test"]
        ood = [row for row in evidence.out_of_distribution if _is_held_out(row)]
        for name, rows in (("test", test), ("out-of-distribution", ood)):
            for leak in leaks(left, rows, self.similarity):
                yield leak.left, f"{name} row {rows[leak.right]['source']} ({leak.score:.3f})"

    def _questions(self, left: list[Row], evidence: Evidence) -> Iterator[tuple[int, str]]:
        """Yield the place of each row that holds a question of an evaluation set, and that."""
        limits = Limits(self.similarity, self.ngram, self.contained)
        prompts = [prompt_text(row) for row in left if evidence.sets]
        texts = [all_text(row) for row in left if evidence.sets]
        for one in evidence.sets:
            known = one.model_copy(update={"column": self.columns.get(one.name)})
            found = held(prompts, texts, questions_of(known), limits, seed=0)
            for place, (question, score) in found.items():
                yield place, f"question {question} ({score:.3f})"

    def rule(self) -> Any:
        """See `Check`."""
        from great_expectations.expectations import ExpectColumnValuesToBeInSet

        return ExpectColumnValuesToBeInSet(column=self.column, value_set=[""], mostly=self.mostly)

    def reason(self, value: str) -> str:
        """See `Check`."""
        return f"repeats the {value}"


def _is_held_out(row: Row) -> bool:
    """True for a row of the test split or of an out-of-distribution set."""
    return str(row["split"]).partition(":")[0] in ("test", "ood")
