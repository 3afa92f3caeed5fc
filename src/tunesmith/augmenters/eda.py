"""EDA: swaps or deletes a few words that carry neither the question nor the answer."""

from itertools import pairwise
from typing import Literal

import numpy as np
from pydantic import Field

from tunesmith.augmenters.augmenter import Augmenter
from tunesmith.augmenters.protect import changeable, is_question
from tunesmith.augmenters.tokens import is_han_word, is_word, tokenise

FEWEST_WORDS = 4


class Eda(Augmenter):
    """Swap neighbours or delete words: `ratio` of all, at least one; the first word stays.

    Source: https://arxiv.org/abs/1901.11196, of whose four operations these are two; `synonym`
    is the third. Unlike there, only words that `changeable` names are touched.
    """

    kind: Literal["eda"] = "eda"
    ratio: float = Field(0.1, gt=0, le=0.5)

    def __call__(self, text: str, answer: str, rng: np.random.Generator) -> str | None:
        """See `Augmenter`."""
        tokens = tokenise(text)
        words = [place for place, token in enumerate(tokens) if is_word(token)]
        if len(words) < FEWEST_WORDS:
            return None
        free = [
            place
            for place in changeable(tokens, answer, self.protect)
            if place != words[0] and not is_question(tokens[place])
        ]
        count = max(1, round(self.ratio * len(words)))
        change = _swapped if rng.random() < 0.5 else _deleted
        return change(tokens, free, count, rng)


def _swapped(
    tokens: list[str], free: list[int], count: int, rng: np.random.Generator
) -> str | None:
    """Exchange `count` pairs of words that follow each other within a sentence."""
    pairs = [pair for pair in pairwise(free) if _may_swap(tokens, *pair)]
    changed = list(tokens)
    moved: set[int] = set()
    for k in rng.permutation(len(pairs))[:count]:
        if moved.isdisjoint(pairs[k]):
            a, b = pairs[k]
            changed[a], changed[b] = changed[b], changed[a]
            moved |= {a, b}
    return "".join(changed) if changed != tokens else None


def _may_swap(tokens: list[str], a: int, b: int) -> bool:
    """True for two words of one script with nothing but words and spaces between them."""
    between = tokens[a + 1 : b]
    joined = all(is_word(part) or part == " " for part in between)
    return joined and is_han_word(tokens[a]) == is_han_word(tokens[b])


def _deleted(
    tokens: list[str], free: list[int], count: int, rng: np.random.Generator
) -> str | None:
    """Delete `count` words, each with the space before it."""
    if not free:
        return None
    gone = set(rng.permutation(free)[:count].tolist())
    gone |= {place - 1 for place in gone if tokens[place - 1].isspace()}
    return "".join(token for place, token in enumerate(tokens) if place not in gone)
