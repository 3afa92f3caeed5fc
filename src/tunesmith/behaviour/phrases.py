"""Whether an answer says something: the same words in any case, width and punctuation."""

import re

from tunesmith.text.normalise import folded
from tunesmith.text.whole import whole

BESIDE_HAN = re.compile(r"(?<=[\u3400-\u9fff]) | (?=[\u3400-\u9fff])")
BETWEEN_NUMBERS = re.compile(r"(?<=\d)(?:\s*，\s*|\s*[.,:：．]\s+)(?=\d)")  # `12, 13` is no 12,13
NOT = re.compile(r"(?<=n)['’](?=t\b)", re.IGNORECASE)  # `can` is not in `can't`


def says(answer: str, phrase: str) -> bool:
    """True when the phrase stands in the answer, a word or number as a whole.

    Case, width, punctuation, runs of spaces and how an accent is encoded do not count; see `whole`
    for what is whole. A phrase of nothing but punctuation is looked for as it is.
    """
    wanted = _apart(phrase)
    if not any(char.isalnum() for char in wanted):
        return phrase in answer
    return re.search(whole(wanted), _apart(answer)) is not None


def same_answer(left: str, right: str) -> bool:
    """True for answers that are equal but for case, width, punctuation and spaces."""
    return _plain(left) == _plain(right)


def _apart(text: str) -> str:
    """Return the normal form in which the numbers of an enumeration do not become one."""
    return _plain(BETWEEN_NUMBERS.sub(" ; ", text))


def _plain(text: str) -> str:
    """Return the normal form without spaces beside Chinese characters, where they mean nothing."""
    return BESIDE_HAN.sub("", folded(NOT.sub("", text)))
