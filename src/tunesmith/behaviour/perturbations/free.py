"""Which parts of a text may change: no phrase to keep, no codes, no addresses, nothing answered."""

import re
from collections.abc import Iterable, Iterator

from tunesmith.behaviour.perturbations.given import Given

ADDRESS = re.compile(
    r"https?://[!-~]+|(?<![A-Za-z0-9._+-])[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,253}"
    r"|[@#][A-Za-z0-9_]+|<[A-Z_]{1,20}>"
)
CODE = r"(?<![A-Za-z])[A-Za-z]*\d[A-Za-z\d]*(?:[.,:/-][A-Za-z\d]+)*"
ADDRESS_OR_CODE = re.compile(f"{ADDRESS.pattern}|{CODE}")
WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
STEM_CHARS = 4  # `cancel` is repeated by an answer that says `cancelled`

Span = tuple[int, int]
Match = re.Match[str]


def free(
    matches: Iterable[Match],
    text: str,
    keep: tuple[str, ...],
    stays: re.Pattern[str] | None = ADDRESS_OR_CODE,
) -> Iterator[Match]:
    """Yield the matches that hold nothing of what stays.

    Args:
        matches: in the text.
        text: the whole of it.
        keep: phrases that stay.
        stays: what else does.
    """
    found = list(matches)
    fixed = _fixed(text, keep, stays) if found else frozenset()
    return (match for match in found if not _touches(match.span(), fixed))


def _touches(span: Span, fixed: frozenset[int]) -> bool:
    """Whether a span holds something that is fixed, or, if it is empty, would part it."""
    start, end = span
    if start == end:
        return start - 1 in fixed and start in fixed
    return not fixed.isdisjoint(range(start, end))


def spliced(text: str, parts: Iterable[tuple[Span, str]]) -> str:
    """Return the text with something else at some places, which do not overlap."""
    made, end = [], 0
    for (start, stop), new in sorted(parts):
        made += [text[end:start], new]
        end = stop
    return "".join([*made, text[end:]])


def replaced(
    pattern: re.Pattern[str],
    put: str,
    text: str,
    keep: tuple[str, ...],
    count: int | None = None,
) -> str:
    """Return the text as `re.sub` makes it, phrases to keep, codes and addresses left alone."""
    found = list(free(pattern.finditer(text), text, keep))[:count]
    return spliced(text, [(match.span(), match.expand(put)) for match in found])


def free_words(text: str, given: Given, shortest: int = 1) -> list[Span]:
    """Return start and end of each Latin word of `shortest` letters or more that may change."""
    stems = {word.casefold()[:STEM_CHARS] for word in WORD.findall(given.answer)}
    return [
        match.span()
        for match in free(WORD.finditer(text), text, given.keep)
        if len(match[0]) >= shortest and match[0].casefold()[:STEM_CHARS] not in stems
    ]


def free_han(text: str, given: Given) -> list[int]:
    """Return the positions of Chinese characters that may change.

    A character stays that stands beside one which the answer has beside it too: the two are most
    likely part of a name.
    """
    answered = {given.answer[k : k + 2] for k in range(len(given.answer) - 1)}
    return [
        match.start()
        for match in free(HAN.finditer(text), text, given.keep)
        if answered.isdisjoint(_pairs(text, match.start()))
    ]


def _pairs(text: str, place: int) -> list[str]:
    """Return a character together with each of its neighbours."""
    return [text[max(place - 1, 0) : place + 1], text[place : place + 2]]


def _fixed(text: str, keep: tuple[str, ...], stays: re.Pattern[str] | None) -> frozenset[int]:
    """Return the positions that do not change."""
    patterns = [re.compile(re.escape(phrase), re.IGNORECASE) for phrase in keep]
    return frozenset(
        place
        for pattern in [*patterns, *([stays] if stays else [])]
        for match in pattern.finditer(text)
        for place in range(*match.span())
    )
