"""Code-switching: some everyday words in the other language, as bilingual people write."""

import re

from tunesmith.behaviour.perturbations.free import WORD, free, spliced
from tunesmith.behaviour.perturbations.given import Changed, Given
from tunesmith.behaviour.perturbations.words import CHINESE_TO_ENGLISH, ENGLISH_TO_CHINESE

LATIN = re.compile("[0-9A-Za-z]")
MOST = 2  # words of one text
OTHERWISE = re.compile(r"how (?:many|much|long|far|old|soon|often)\b|number of\b", re.IGNORECASE)
LONGEST_FIRST = sorted(CHINESE_TO_ENGLISH, key=len, reverse=True)
HAN_WORDS = re.compile(f"(?!怎么[办样])(?<!不)(?:{'|'.join(LONGEST_FIRST)})")


def code_switch(text: str, given: Given) -> Changed | None:
    """Return the text with one or two words of our list in the other language; `Perturbation`.

    The list has no names, goods or colours, so the answer can stay what it was. The words are our
    own choice (`BOTH` in `words.py`).
    """
    if given.lang == "en":
        words = [
            match
            for match in WORD.finditer(text)
            if match[0].casefold() in ENGLISH_TO_CHINESE
            and not OTHERWISE.match(text, match.start())
        ]
    else:
        words = list(HAN_WORDS.finditer(text)) if given.lang == "zh" else []
    words = list(free(words, text, given.keep))
    if not words:
        return None
    count = int(given.rng.integers(1, MOST + 1))
    chosen = given.rng.permutation(len(words))[:count].tolist()
    found = [words[k] for k in chosen]
    return Changed(spliced(text, [(match.span(), _other(match)) for match in found]))


def _other(match: re.Match[str]) -> str:
    """Return a word in the other language, apart from Latin letters and figures beside it."""
    if match[0].isascii():
        return ENGLISH_TO_CHINESE[match[0].casefold()]
    left = " " if LATIN.match(match.string[match.start() - 1 : match.start()]) else ""
    right = " " if LATIN.match(match.string, match.end()) else ""
    return f"{left}{CHINESE_TO_ENGLISH[match[0]]}{right}"
