"""Drops rows that repeat an earlier row but for courtesies, slips of the pen and added words."""

from collections.abc import Iterator
from operator import itemgetter
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import Field, NonNegativeInt

from tunesmith.cleaners.base import Cleaner, Verdict, Verdicts, whole_text
from tunesmith.cleaners.groups import comparable
from tunesmith.rows import Row, prompt_text, to_rows
from tunesmith.text.differences import SHORT_WORDS, alike_but_for_courtesy, same_words
from tunesmith.text.near_duplicates import Pair, near_pairs
from tunesmith.text.numbers import all_numbers

if TYPE_CHECKING:
    import pandas as pd

    from tunesmith.cleaners.scale_out.spread import Spread

Side: TypeAlias = tuple[str, str]  # the whole text of a row and its question


class NearDuplicates(Cleaner):
    """Keep the first of rows whose question and answer are at least `similarity` alike.

    Every pair is compared letter by letter, and the questions must be as much alike. Rows, and
    questions, of at most `protect_words` words each (a CJK character is a word) that exchange a
    number, a word or a negation are different: template rows stay. Of longer ones only the numbers
    must agree. A dropped row is always like one that stays, never like one that was dropped.
    """

    kind: Literal["near_duplicates"] = "near_duplicates"
    similarity: Annotated[float, Field(ge=0.5, le=1)] = 0.9
    protect_words: NonNegativeInt = SHORT_WORDS

    def __call__(self, rows: "pd.DataFrame", seed: int) -> Verdicts:
        """Return a drop for each repetition; rows of one text with two labels are flagged."""
        return self.verdicts(to_rows(rows), seed)

    def verdicts(self, rows: list[Row], seed: int) -> Verdicts:
        """Return what `__call__` does, without a table made in between."""
        verdicts: Verdicts = [None] * len(rows)
        for places in comparable(rows):
            texts = [whole_text(rows[place]) for place in places]
            pairs = near_pairs(texts, self.similarity, seed, all_numbers(texts))
            some = [rows[place] for place in places]
            for place, verdict in self._judged(sorted(pairs, key=itemgetter(1)), some, texts):
                verdicts[places[place]] = verdict
        return verdicts

    def spread(self, rows: "Spread") -> list[Any]:
        """Return the verdicts of each partition: texts of one bucket meet on one worker."""
        from tunesmith.cleaners.scale_out.near_duplicates import spread_near

        return spread_near(self, rows)

    def _judged(
        self, pairs: list[Pair], rows: list[Row], texts: list[str]
    ) -> Iterator[tuple[int, Verdict]]:
        """Yield the later row of each pair whose earlier row stays, and what becomes of it.

        Rows equal in normal form are paired with the first of them only; where that one was
        dropped, the row that it repeats stands in for it.
        """
        stands_in: dict[int, int] = {}
        for earlier, later, score in pairs:
            if later in stands_in or (earlier in stands_in and score < 1):
                continue
            first = stands_in.get(earlier, earlier)
            sides = [(texts[place], prompt_text(rows[place])) for place in (first, later)]
            if self.repeats(*sides):
                verdict = verdict_of(rows[first], rows[later], score)
                if verdict.action == "drop":
                    stands_in[later] = first
                yield later, verdict

    def repeats(self, first: Side, second: Side) -> bool:
        """Whether two rows that name the same numbers say the same in question and whole text."""
        (text, asked), (other, also_asked) = first, second
        if first == second:
            return True
        return (
            alike_but_for_courtesy(asked, also_asked) >= self.similarity
            and same_words(asked, also_asked, self.protect_words)
            and (
                (text, other) == (asked, also_asked)  # a plain text: just compared
                or same_words(text, other, self.protect_words)
            )
        )


def verdict_of(first: Row, second: Row, score: float) -> Verdict:
    """Drop the second row, or flag it if the two contradict each other."""
    if first["label"] != second["label"]:
        return Verdict("flag", "nearly the same text, another label", score, first["id"])
    return Verdict("drop", "nearly repeats an earlier row", score, first["id"])
