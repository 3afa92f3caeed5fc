"""Width: figures and Latin letters of a Chinese text in the wide forms of its keyboard."""

import re

from tunesmith.behaviour.perturbations.given import Changed, Given
from tunesmith.text.widths import narrowed

PLAIN = re.compile(r"[0-9A-Za-z]+")
TO_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def fullwidth(text: str, given: Given) -> Changed | None:
    """Return a Chinese text with `65741` as `６５７４１`, else the other way round."""
    if given.lang != "zh":
        return None
    made = narrowed(text)
    if made == text:
        made = PLAIN.sub(lambda match: match[0].translate(TO_WIDE), text)
    return Changed(made) if made != text else None
