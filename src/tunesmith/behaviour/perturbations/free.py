"""Which parts of a text may be misspelt: no codes, no addresses, nothing of the answer."""

import re
from collections.abc import Iterator

from tunesmith.behaviour.perturbations.given import Given

FIXED = re.compile(
    r"https?://[!-~]+|[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,253}|[@#][A-Za-z0-9_]+|<[A-Z_]{1,20}>"
    r"|[A-Za-z]*\d[A-Za-z\d]*(?:[.,:/-][A-Za-z\d]+)*"
)
WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
STEM_CHARS = 4  # `cancel` is repeated by an answer that says `cancelled`

Span = tuple[int, int]


def free_words(text: str, given: Given, shortest: int = 1) -> list[Span]:
    """Return start and end of each Latin word of `shortest` letters or more that may change."""
    fixed = _fixed(text, given.keep)
    stems = {word.casefold()[:STEM_CHARS] for word in WORD.findall(given.answer)}
    return [
        match.span()
        for match in WORD.finditer(text)
        if len(match[0]) >= shortest
        and match[0].casefold()[:STEM_CHARS] not in stems
        and fixed.isdisjoint(range(*match.span()))
    ]


def free_han(text: str, given: Given) -> list[int]:
    """Return the positions of Chinese characters that may change.

    A character stays that stands beside one which the answer has beside it too: the two are most
    likely part of a name.
    """
    fixed = _fixed(text, given.keep)
    return [
        place
        for place, char in enumerate(text)
        if HAN.match(char)
        and place not in fixed
        and not any(pair in given.answer for pair in _pairs(text, place))
    ]


def _pairs(text: str, place: int) -> list[str]:
    """Return a character together with each of its neighbours."""
    pairs = [text[max(place - 1, 0) : place + 1], text[place : place + 2]]
    return [pair for pair in pairs if len(pair) == 2]


def stays(text: str, start: int, end: int, keep: tuple[str, ...]) -> bool:
    """True for a part of a text that holds some of a phrase to keep, of a code or an address."""
    return not _fixed(text, keep).isdisjoint(range(start, end))


def _fixed(text: str, keep: tuple[str, ...]) -> set[int]:
    """Return the positions that never change."""
    return {place for span in _fixed_spans(text, keep) for place in range(*span)}


def _fixed_spans(text: str, keep: tuple[str, ...]) -> Iterator[Span]:
    """Yield codes, addresses and phrases to keep."""
    for match in FIXED.finditer(text):
        yield match.span()
    for phrase in keep:
        for match in re.finditer(re.escape(phrase), text, re.IGNORECASE):
            yield match.span()
