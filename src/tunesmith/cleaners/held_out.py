"""What rows are compared with to find leaks: held-out rows, or questions of an evaluation set."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from tunesmith.cleaners.base import Verdict, Verdicts, is_test, whole_text
from tunesmith.rows import Row, prompt_text, text_of
from tunesmith.text.held_questions import Limits, Questions, held
from tunesmith.text.leaks import leaks


@dataclass(frozen=True)
class HeldOut:
    """Rows of one split, and the splits whose rows may not repeat them."""

    side: str
    others: tuple[str | None, ...]
    known: list[Row]
    similarity: float

    def known_texts(self) -> list[str]:
        """Return what rows are compared with."""
        return [text_of(row) for row in self.known]

    def texts(self, records: Sequence[Row], verdicts: Verdicts) -> list[str]:
        """Return what is compared of the rows."""
        return [text_of(records[place]) for place in self._places(records, verdicts)]

    def judge(
        self, records: Sequence[Row], verdicts: Verdicts, seed: int, short: int | None = None
    ) -> None:
        """Drop the rows that repeat a held-out one; `short`: see `near_pairs_between`."""
        places = self._places(records, verdicts)
        left = [records[place] for place in places]
        for leak in leaks(left, self.known, self.similarity, seed, short):
            partner = self.known[leak.right]["id"]
            verdict = Verdict("drop", f"repeats a {self.side} row", leak.score, partner)
            verdicts[places[leak.left]] = verdicts[places[leak.left]] or verdict

    def _places(self, records: Sequence[Row], _verdicts: Verdicts) -> list[int]:
        """Return the rows that are compared."""
        return [k for k, row in enumerate(records) if row["split"] in self.others]


@dataclass(frozen=True)
class HeldQuestions:
    """The questions of an evaluation set, and from when on a row holds one."""

    questions: Questions
    limits: Limits

    def known_texts(self) -> list[str]:
        """Return what rows are compared with."""
        return list(self.questions.texts)

    def texts(self, records: Sequence[Row], verdicts: Verdicts) -> list[str]:
        """Return what is compared of the rows as a whole."""
        return [prompt_text(records[place]) for place in self._places(records, verdicts)]

    def judge(
        self, records: Sequence[Row], verdicts: Verdicts, seed: int, short: int | None = None
    ) -> None:
        """Drop the rows that hold a question; `short`: see `near_pairs_between`."""
        places = self._places(records, verdicts)
        prompts = [prompt_text(records[place]) for place in places]
        texts = [whole_text(records[place]) for place in places]
        found = held(prompts, texts, self.questions, self.limits, seed, short)
        reason = f"holds a question of {self.questions.name}"
        for place, (question, score) in found.items():
            verdicts[places[place]] = Verdict("drop", reason, score, question)

    def _places(self, records: Sequence[Row], verdicts: Verdicts) -> list[int]:
        """Return the rows that are compared: no test row, and none that was dropped."""
        return [k for k, row in enumerate(records) if not (is_test(row) or verdicts[k])]


Comparison: TypeAlias = HeldOut | HeldQuestions
