"""Synonyms: puts words of a lexicon in place of others that mean the same."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import Field

from tunesmith.augmenters.augmenter import Asked, Augmenter, Change
from tunesmith.augmenters.lexicon import AnyLexicon, SeedLexicon, Words, han_words
from tunesmith.augmenters.protect import changeable
from tunesmith.augmenters.tokens import tokenise
from tunesmith.augmenters.tools import Tools

ARTICLES = frozenset({"a", "an"})


class Synonym(Augmenter):
    """Replace `ratio` of the words that have a synonym, at least one.

    Of several lexicons the first that has a word decides.
    """

    kind: Literal["synonym"] = "synonym"
    ratio: float = Field(0.5, gt=0, le=1)
    lexicons: list[AnyLexicon] = Field([SeedLexicon()], min_length=1)

    def changes(self, asked: Sequence[Asked], tools: Tools) -> list[Change]:
        """See `Augmenter`."""
        words: dict[str, tuple[str, ...]] = {}
        for lexicon in reversed(self.lexicons):
            words |= lexicon.words(tools.material)
        known = han_words(words)
        return [Change(self._replaced(one, words, known)) for one in asked]

    def __call__(self, text: str, answer: str, rng: np.random.Generator) -> str | None:
        """See `Augmenter`."""
        return self.changes([Asked(text, answer, "und", rng)], Tools())[0].text

    def _replaced(self, asked: Asked, words: Words, known: frozenset[str]) -> str | None:
        """Return the text with other words, or None where none has a synonym."""
        tokens = tokenise(asked.text, known)
        free = changeable(tokens, asked.answer, self.protect, known)
        choices = {place: _choices(words, tokens, place) for place in free}
        places = [place for place, others in choices.items() if others]
        if not places:
            return None
        count = max(1, round(self.ratio * len(places)))
        for place in asked.rng.permutation(places)[:count]:
            others = choices[place]
            tokens[place] = _like(tokens[place], others[asked.rng.integers(len(others))])
        return "".join(tokens)


def _choices(words: Words, tokens: list[str], place: int) -> list[str]:
    """Return the synonyms that fit behind the article before the word, if there is one."""
    word = tokens[place].casefold()
    before = "".join(tokens[max(place - 2, 0) : place]).strip().casefold()
    others = list(words.get(word, ()))
    if before not in ARTICLES:
        return others
    return [other for other in others if (other[0] in "aeiou") == (word[0] in "aeiou")]


def _like(word: str, other: str) -> str:
    """Return `other` with the capitals of `word`."""
    if len(word) > 1 and word.isupper():
        return other.upper()
    return other[0].upper() + other[1:] if word[0].isupper() else other
