"""Whether an answer says something: the same words in any case, width and punctuation."""

import re

from tunesmith.behaviour.perturbations.swapping import bounded
from tunesmith.text.normalise import folded

BESIDE_HAN = re.compile(r"(?<=[\u3400-\u9fff]) | (?=[\u3400-\u9fff])")


def says(answer: str, phrase: str) -> bool:
    """True when the phrase stands in the answer, a word or number as a whole.

    Case, width, punctuation and runs of spaces do not count: `12` is not in `512`, and `cancel`
    not in `cancelled`. A phrase of nothing but punctuation is looked for as it is.
    """
    wanted = _plain(phrase)
    if not any(char.isalnum() for char in wanted):
        return phrase in answer
    return re.search(bounded(wanted), _plain(answer)) is not None


def same_answer(left: str, right: str) -> bool:
    """True for answers that are equal but for case, width, punctuation and spaces."""
    return _plain(left) == _plain(right)


def _plain(text: str) -> str:
    """Return the normal form without spaces beside Chinese characters, where they mean nothing."""
    return BESIDE_HAN.sub("", folded(text))
