"""Width: figures and Latin letters of a Chinese text in the wide forms of its keyboard."""

import re
from collections.abc import Callable

from tunesmith.behaviour.perturbations.free import ADDRESS, free, spliced
from tunesmith.behaviour.perturbations.given import Changed, Given
from tunesmith.text.widths import WIDE, narrowed

PLAIN = re.compile(r"[0-9A-Za-z]+")
TO_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def fullwidth(text: str, given: Given) -> Changed | None:
    """Return a Chinese text with `65741` as `６５７４１`, or the other way round; `Perturbation`.

    Addresses of mail and web stay, for they are not typed in wide letters. Ours, of
    no published suite that we know.
    """
    if given.lang != "zh":
        return None
    made = _each(WIDE, text, given, narrowed)
    if made == text:
        made = _each(PLAIN, text, given, lambda plain: plain.translate(TO_WIDE))
    return Changed(made) if made != text else None


def _each(pattern: re.Pattern[str], text: str, given: Given, change: Callable[[str], str]) -> str:
    """Return the text with each match that may change in its other width."""
    found = free(pattern.finditer(text), text, given.keep, stays=ADDRESS)
    return spliced(text, [(match.span(), change(match[0])) for match in found])
