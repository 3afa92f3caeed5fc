"""Drops rows that repeat an earlier row but for courtesies, slips of the pen and added words."""

from operator import itemgetter
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pandas as pd
from pydantic import Field, NonNegativeInt

from tunesmith.cleaners.base import Cleaner, Verdict, Verdicts, whole_text
from tunesmith.cleaners.groups import comparable
from tunesmith.rows import Row, prompt_text, to_rows
from tunesmith.text.differences import SHORT_WORDS, alike_but_for_courtesy, same_facts
from tunesmith.text.near_duplicates import near_pairs
from tunesmith.text.numbers import numbers

if TYPE_CHECKING:
    from tunesmith.cleaners.scale_out.spread import Spread


class NearDuplicates(Cleaner):
    """Keep the first of rows whose question and answer are at least `similarity` alike.

    Every pair is compared letter by letter, and the questions must be as much alike. Of rows of
    at most `protect_words` words each (a CJK character is a word) those that exchange a number,
    a word or a negation are different rows: template rows stay. Of longer rows only the numbers
    must agree. A dropped row is always like one that stays, never like one that was dropped.
    """

    kind: Literal["near_duplicates"] = "near_duplicates"
    similarity: Annotated[float, Field(ge=0.5, le=1)] = 0.9
    protect_words: NonNegativeInt = SHORT_WORDS

    def __call__(self, rows: pd.DataFrame, seed: int) -> Verdicts:
        """Return a drop for each repetition; rows of one text with two labels are flagged."""
        records = to_rows(rows)
        sides = [(whole_text(row), prompt_text(row)) for row in records]
        verdicts: Verdicts = [None] * len(records)
        for places in comparable(records):
            pairs = near_pairs([sides[place][0] for place in places], self.similarity, seed)
            found = [(places[i], places[j], score) for i, j, score in pairs]
            self._judge_pairs(sorted(found, key=itemgetter(1)), records, sides, verdicts)
        return verdicts

    def spread(self, rows: "Spread") -> list[Any]:
        """Return the verdicts of each partition: texts of one bucket meet on one worker."""
        from tunesmith.cleaners.scale_out.near_duplicates import spread_near

        return spread_near(self, rows)

    def _judge_pairs(
        self,
        pairs: list[tuple[int, int, float]],
        records: list[Row],
        sides: list[tuple[str, str]],
        verdicts: Verdicts,
    ) -> None:
        """Drop the later row of each pair whose earlier row stays.

        Rows equal in normal form are paired with the first of them only; where that one was
        dropped, the row that it repeats stands in for it.
        """
        stands_in: dict[int, int] = {}
        for earlier, later, score in pairs:
            if later in stands_in or (earlier in stands_in and score < 1):
                continue
            first = stands_in.get(earlier, earlier)
            if not self._repeats(sides[first], sides[later]):
                continue
            verdict = verdicts[later] = _verdict(records[first], records[later], score)
            if verdict.action == "drop":
                stands_in[later] = first

    def _repeats(self, first: tuple[str, str], second: tuple[str, str]) -> bool:
        """Whether of two similar rows (text, question) the facts and the questions are the same."""
        (text, asked), (other, also_asked) = first, second
        return (
            numbers(text) == numbers(other)  # the cheapest look, and most template rows differ
            and alike_but_for_courtesy(asked, also_asked) >= self.similarity
            and same_facts(text, other, self.protect_words)
        )


def _verdict(first: Row, second: Row, score: float) -> Verdict:
    """Drop the second row, or flag it if the two contradict each other."""
    if first["label"] != second["label"]:
        return Verdict("flag", "nearly the same text, another label", score, first["id"])
    return Verdict("drop", "nearly repeats an earlier row", score, first["id"])
