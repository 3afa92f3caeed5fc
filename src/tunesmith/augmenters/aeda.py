"""AEDA: puts punctuation between words; the safest augmenter, for no word is touched."""

from itertools import pairwise
from typing import Literal

import numpy as np
from pydantic import Field

from tunesmith.augmenters.augmenter import Augmenter
from tunesmith.augmenters.facts import names
from tunesmith.augmenters.protect import answer_stems, covered, is_copied
from tunesmith.augmenters.tokens import HAN_RUN, is_han_word, is_word, tokenise
from tunesmith.text.negation import is_negator

LATIN_MARKS = (",", ".", ";", ":", "?", "!")
SUFFIXES = frozenset("家率者性化学员们区市县省院局部商业型式量额度值版点线表书费法")
HAN_MARKS = ("，", "。", "；", "：", "？", "！")


class Aeda(Augmenter):
    """Insert 1 to `ratio` × gaps marks, Chinese ones after Chinese words.

    Source: https://arxiv.org/abs/2108.13230. Unlike there, a mark follows its word without a
    space, none stands inside what the answer copies, and Chinese is cut into known words.
    """

    kind: Literal["aeda"] = "aeda"
    ratio: float = Field(0.3, gt=0, le=1)

    def __call__(self, text: str, answer: str, rng: np.random.Generator) -> str | None:
        """See `Augmenter`."""
        tokens = tokenise(text)
        gaps = _gaps(tokens, answer, self.protect)
        if not gaps:
            return None
        count = int(rng.integers(1, max(1, round(self.ratio * len(gaps))) + 1))
        for place in rng.choice(gaps, size=count, replace=False):
            marks = HAN_MARKS if is_han_word(tokens[place]) else LATIN_MARKS
            tokens[place] += marks[rng.integers(len(marks))]
        return "".join(tokens)


def _gaps(tokens: list[str], answer: str, protect: list[str]) -> list[int]:
    """Return the positions after which a mark may stand: between two words, not both of a name.

    Two Latin words need a space between them. In Chinese the first must be a known word and the
    next character none that lengthens it (`科学家`). A negator keeps what it negates.
    """
    kept = f"{answer}\n" + "\n".join(protect)
    stems, inside = answer_stems(kept), covered(tokens, names("".join(tokens)))
    words = [place for place, token in enumerate(tokens) if not token.isspace()]
    gaps = []
    for place, after in pairwise(words):
        left, right = tokens[place], tokens[after]
        if is_negator(left) or {place, after} <= inside:
            continue
        copied = is_copied(left, kept, stems) and is_copied(right, kept, stems)
        spaced = is_word(left) and is_word(right) and after > place + 1
        parted = is_han_word(left) and HAN_RUN.fullmatch(right) and right not in SUFFIXES
        if not copied and (spaced or parted):
            gaps.append(place)
    return gaps
