"""EDA: swaps neighbours or deletes a few words that carry neither question nor answer."""

import re
from itertools import pairwise
from typing import Literal

import numpy as np
from pydantic import Field

from tunesmith.augmenters.augmenter import Augmenter
from tunesmith.augmenters.protect import changeable, is_question
from tunesmith.augmenters.tokens import is_han_word, is_word, tokenise

FEWEST_WORDS = 4
FEWEST_HAN = 8  # characters, of which most belong to no known word
EMPTY = (  # words without which a sentence still says the same
    "a an the of is are was were am do does did would could please kindly just really very quite "
    "so also too then there here now my your our some any that this these those well actually "
    "的 请问 麻烦 现在 目前 一下 就是 已经 还是 的话 其实 实际上 我们 你们 可以 这个 那个 这些 那些"
)
DROPPABLE = frozenset(EMPTY.split())
HAN_CHAR = re.compile(r"[\u3400-\u9fff]")
BEFORE_DE, AFTER_DE = frozenset("目有真似标之别是"), frozenset("确士话是")  # 目的, 的确 … are words


class Eda(Augmenter):
    """Swap neighbours or delete words: `ratio` of all, at least one; the first word stays.

    It makes rows that are robust rather than well written: for classifiers, not for what a model
    shall learn to write. Source: https://arxiv.org/abs/1901.11196, of whose four operations these
    are two; `synonym` is the third. Unlike there, only words that `changeable` names are touched,
    swaps are of words side by side, and only words that say little are deleted.
    """

    kind: Literal["eda"] = "eda"
    ratio: float = Field(0.1, gt=0, le=0.5)

    def __call__(self, text: str, answer: str, rng: np.random.Generator) -> str | None:
        """See `Augmenter`."""
        tokens = tokenise(text)
        words = [place for place, token in enumerate(tokens) if is_word(token)]
        if len(words) < FEWEST_WORDS and len(HAN_CHAR.findall(text)) < FEWEST_HAN:
            return None
        free = [
            place
            for place in changeable(tokens, answer, self.protect)
            if place != min(words) and not is_question(tokens[place])
        ]
        free += _links(tokens, answer)
        count = max(1, round(self.ratio * len(words)))
        first, second = (_swapped, _deleted) if rng.random() < 0.5 else (_deleted, _swapped)
        free.sort()
        return first(tokens, free, count, rng) or second(tokens, free, count, rng)


def _links(tokens: list[str], answer: str) -> list[int]:
    """Return the positions of `的` between two Chinese characters that are part of no word."""
    return [
        place
        for place in range(1, len(tokens) - 1)
        if tokens[place] == "的"
        and HAN_CHAR.fullmatch(tokens[place - 1][-1])
        and HAN_CHAR.fullmatch(tokens[place + 1][0])
        and tokens[place - 1][-1] not in BEFORE_DE
        and tokens[place + 1][0] not in AFTER_DE
        and "".join(tokens[place - 1 : place + 2]) not in answer
    ]


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
    """True for two words of one script with at most a space between them."""
    between = tokens[a + 1 : b]
    if "的" in (tokens[a], tokens[b]):
        return False
    return between in ([], [" "]) and is_han_word(tokens[a]) == is_han_word(tokens[b])


def _deleted(
    tokens: list[str], free: list[int], count: int, rng: np.random.Generator
) -> str | None:
    """Delete `count` words that say little, each with the space before it."""
    little = [place for place in free if tokens[place].casefold() in DROPPABLE]
    if not little:
        return None
    gone = set(rng.permutation(little)[:count].tolist())
    gone |= {place - 1 for place in gone if tokens[place - 1].isspace()}
    kept = [place for place in range(len(tokens)) if place not in gone]
    if any(b - a > 1 and _run_together(tokens[a], tokens[b]) for a, b in pairwise(kept)):
        return None
    return "".join(tokens[place] for place in kept)


def _run_together(left: str, right: str) -> bool:
    """True if two tokens side by side would be read as one: `4现在b` without `现在` names no 4."""
    return all(end.isalnum() and not HAN_CHAR.match(end) for end in (left[-1], right[0]))
