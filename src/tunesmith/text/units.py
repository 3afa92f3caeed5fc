"""The units that counting looks at: English words, Chinese characters, and pairs of them."""

import re
from itertools import pairwise

from tunesmith.text.script import HAN_CHARS, LATIN_CHARS

UNIT = re.compile(rf"[{HAN_CHARS}]|[{LATIN_CHARS}]+(?:['’][{LATIN_CHARS}]+)*")


def units(text: str) -> list[str]:
    """Return the words of a text in order, without case and figures; a Han character is one."""
    return UNIT.findall(text.lower())


def pairs(text: str) -> list[tuple[str, str]]:
    """Return each unit with the next one."""
    return list(pairwise(units(text)))
