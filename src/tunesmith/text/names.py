"""The names in a text that its writing alone gives away: capitals, codes, book marks, quotes."""

import re

from tunesmith.text.numbers import NUMBER_WORDS, numbers

CAPITALS = re.compile(r"(?<![A-Za-z0-9])[A-Z][A-Za-z]*(?![A-Za-z0-9])")
SENTENCE = re.compile(r"(?:^|[.!?:;\n\"“。！？：；，])\s*$")
MARKED = re.compile(r"[《〈「『]([^《》〈〉「」『』]{1,40})[》〉」』]|“([^“”]{1,20})”")
PLAIN_WORDS = frozenset(["I", "OK"])


def names(text: str) -> set[str]:
    """Return names in lower case: capitalised words inside a sentence, acronyms, codes, 《titles》.

    A capital at the start of a sentence says nothing, and Chinese names without marks are not
    seen: that would take a model.
    """
    found = {match[1] or match[2] for match in MARKED.finditer(text)}
    for match in CAPITALS.finditer(text):
        word = match[0]
        starts = SENTENCE.search(text[max(0, match.start() - 3) : match.start()]) is not None
        acronym = len(word) > 1 and word.isupper()
        if word not in PLAIN_WORDS and (acronym or not starts):
            found.add(word)
    return {name.lower().strip() for name in found} | set(codes(text))


def codes(text: str) -> list[str]:
    """Return what has letters and figures, such as `a4` or `xin20`, in the order of the text."""
    return [one for one in numbers(text) if is_code(one)]


def is_code(number: str) -> bool:
    """Whether one of the `numbers` of a text is a code: Latin letters among its figures."""
    return number not in NUMBER_WORDS and any("a" <= char <= "z" for char in number)
