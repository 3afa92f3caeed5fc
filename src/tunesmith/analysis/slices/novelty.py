"""How much of a question train has never put that way."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tunesmith.text.units import pairs, units

BANDS = ("familiar", "between", "novel")


def novelty(prompts: Sequence[str], train: Sequence[str]) -> list[str]:
    """Return familiar, between or novel: thirds by the share of n-grams that train lacks.

    Where many prompts have the same share (all n-grams known), they fall in one band, and a band
    can be empty.
    """
    shares = novel_shares(prompts, train)
    bounds = np.quantile(shares, [1 / 3, 2 / 3])
    return [BANDS[int(share > bounds[0]) + int(share > bounds[1])] for share in shares]


def novel_shares(prompts: Sequence[str], train: Sequence[str]) -> NDArray[np.float64]:
    """Return, for each prompt, the share of its units and pairs of units that train lacks.

    Units are English words and Chinese characters, so a pair of Chinese ones is a 2-gram of
    characters. A prompt without any has share 0.
    """
    known = {gram for text in train for gram in (*units(text), *pairs(text))}
    shares = np.zeros(len(prompts))
    for place, text in enumerate(prompts):
        grams = {*units(text), *pairs(text)}
        if grams:
            shares[place] = sum(gram not in known for gram in grams) / len(grams)
    return shares
