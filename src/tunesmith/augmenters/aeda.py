"""AEDA: puts punctuation between words; the safest augmenter, for no word is touched."""

from itertools import pairwise
from typing import Literal

import numpy as np
from pydantic import Field

from tunesmith.augmenters.augmenter import Augmenter
from tunesmith.augmenters.protect import answer_stems, is_copied
from tunesmith.augmenters.tokens import is_han_word, is_word, tokenise

LATIN_MARKS = (",", ".", ";", ":", "?", "!")
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
    """Return the positions after which a mark may stand: between two words, not both copied.

    Two Latin words need a space between them, Chinese ones none.
    """
    kept = f"{answer}\n" + "\n".join(protect)
    stems = answer_stems(kept)
    words = [place for place, token in enumerate(tokens) if not token.isspace()]
    gaps = []
    for place, after in pairwise(words):
        pair = (tokens[place], tokens[after])
        spaced = after > place + 1 or all(map(is_han_word, pair))
        if spaced and all(map(is_word, pair)) and not all(is_copied(t, kept, stems) for t in pair):
            gaps.append(place)
    return gaps
