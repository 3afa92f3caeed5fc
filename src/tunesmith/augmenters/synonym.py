"""Synonyms: puts words of the built-in lists in place of others that mean the same."""

from typing import Literal

import numpy as np
from pydantic import Field

from tunesmith.augmenters.augmenter import Augmenter
from tunesmith.augmenters.lexicon import lexicon
from tunesmith.augmenters.protect import changeable
from tunesmith.augmenters.tokens import tokenise

ARTICLES = frozenset({"a", "an"})


class Synonym(Augmenter):
    """Replace `ratio` of the words that have a synonym, at least one."""

    kind: Literal["synonym"] = "synonym"
    ratio: float = Field(0.5, gt=0, le=1)

    def __call__(self, text: str, answer: str, rng: np.random.Generator) -> str | None:
        """See `Augmenter`."""
        tokens = tokenise(text)
        choices = {
            place: _choices(tokens, place) for place in changeable(tokens, answer, self.protect)
        }
        places = [place for place, others in choices.items() if others]
        if not places:
            return None
        count = max(1, round(self.ratio * len(places)))
        for place in rng.permutation(places)[:count]:
            others = choices[place]
            tokens[place] = _like(tokens[place], others[rng.integers(len(others))])
        return "".join(tokens)


def _choices(tokens: list[str], place: int) -> list[str]:
    """Return the synonyms that fit behind the article before the word, if there is one."""
    word = tokens[place].casefold()
    before = "".join(tokens[max(place - 2, 0) : place]).strip().casefold()
    others = list(lexicon().get(word, ()))
    if before not in ARTICLES:
        return others
    return [other for other in others if (other[0] in "aeiou") == (word[0] in "aeiou")]


def _like(word: str, other: str) -> str:
    """Return `other` with the capitals of `word`."""
    if len(word) > 1 and word.isupper():
        return other.upper()
    return other[0].upper() + other[1:] if word[0].isupper() else other
