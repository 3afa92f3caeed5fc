"""Code-switching: some everyday words in the other language, as bilingual people write."""

import re

from tunesmith.behaviour.perturbations.free import WORD, stays
from tunesmith.behaviour.perturbations.given import Changed, Given
from tunesmith.behaviour.perturbations.words import CHINESE_TO_ENGLISH, ENGLISH_TO_CHINESE

MOST = 2  # words of one text
OTHERWISE = re.compile(r"how (?:many|much|long|far|old|soon|often)\b|number of\b", re.IGNORECASE)
LONGEST_FIRST = sorted(CHINESE_TO_ENGLISH, key=len, reverse=True)
HAN_WORDS = re.compile(f"(?!怎么[办样])(?<!不)(?:{'|'.join(LONGEST_FIRST)})")


def code_switch(text: str, given: Given) -> Changed | None:
    """Return the text with one or two words of our list in the other language; `Perturbation`.

    The list has no names, goods or colours, so the answer can stay what it was.
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
    words = [match for match in words if not stays(text, *match.span(), given.keep)]
    if not words:
        return None
    count = int(given.rng.integers(1, MOST + 1))
    chosen = sorted(given.rng.permutation(len(words))[:count].tolist(), reverse=True)
    for match in (words[k] for k in chosen):
        text = _replaced(text, match)
    return Changed(text)


def _replaced(text: str, match: re.Match[str]) -> str:
    """Return the text with one word in the other language."""
    before, after = text[: match.start()], text[match.end() :]
    if match[0].isascii():
        return before + ENGLISH_TO_CHINESE[match[0].casefold()] + after
    word = CHINESE_TO_ENGLISH[match[0]]
    left = " " if re.search(r"[0-9A-Za-z]$", before) else ""
    return before + left + word + (" " if re.match(r"[0-9A-Za-z]", after) else "") + after
