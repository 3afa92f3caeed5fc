"""Concludes from its bytes which East Asian encoding a text is in, if that is sure.

Two bytes make a character there, which seldom fit by accident; and in the wrong encoding the words
that every text of a language has are not there. Encodings of one byte a character fit nearly
anything, so they are never concluded.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeAlias

from tunesmith.sources.common_letters import COMMON

Blocks: TypeAlias = Callable[[], Iterable[bytes]]  # each call reads them from the start
Decode: TypeAlias = Callable[[str], Iterator[str]]  # the text in an encoding, strictly

CONCLUDED = frozenset({"gb18030", "cp950", "cp932"})  # the others only stand against these
LETTERS = re.compile(r"[^\W\x00-\x7f]+")
CHINESE = frozenset({"gb18030", "cp950"})
OFTEN, BY_CHANCE = 0.65, 0.14  # share of common letters in Chinese text, and in any other bytes
EVIDENCE = math.log(1000)  # so much likelier must Chinese be than bytes that happen to fit
FEWEST_DISTINCT = 5  # the same few letters again and again prove no more than once
PLAINLY = 0.3  # the least share of a long text: lists of names have few common letters
LONG_LETTERS = 100
HIRAGANA_SHARE = 0.12  # Japanese has 0.3 to 0.7; other bytes that happen to fit have 0.06
HIRAGANA_LETTERS = 12  # fewer prove nothing
NEXT_SHARE = 0.5  # of the best one's common letters, which the others must stay below


class Reading(NamedTuple):
    """A text in one encoding: its letters beyond ASCII, how many are common, how many differ."""

    encoding: str
    letters: int
    common: int
    distinct: int

    @property
    def share(self) -> float:
        """Return how many of the letters are common ones."""
        return self.common / self.letters if self.letters else 0.0

    @property
    def evidence(self) -> float:
        """Return how much likelier its letters are in Chinese than by chance, in nats."""
        rare = self.letters - self.common
        return self.common * math.log(OFTEN / BY_CHANCE) + rare * math.log(
            (1 - OFTEN) / (1 - BY_CHANCE)
        )

    def is_language(self) -> bool:
        """Return whether the text reads as the language that is written in its encoding."""
        if self.encoding not in CHINESE:
            return self.letters >= HIRAGANA_LETTERS and self.share >= HIRAGANA_SHARE
        if self.distinct < FEWEST_DISTINCT:
            return False
        long = self.letters >= LONG_LETTERS and self.distinct >= LONG_LETTERS // 2
        return self.evidence >= EVIDENCE or (long and self.share >= PLAINLY)


def concluded(decode: Decode) -> str | None:
    """Return the one encoding in which a text reads as its language does, null if none is sure.

    Args:
        decode: gives the text of the whole file in an encoding; raises UnicodeDecodeError where
            it does not fit.
    """
    fitting = filter(None, (_reading(decode, encoding) for encoding in COMMON))
    read = sorted(fitting, key=lambda reading: -reading.common)
    if not read:
        return None
    best, others = read[0], read[1:]
    sure = (
        best.encoding in CONCLUDED
        and best.is_language()
        and all(other.common < NEXT_SHARE * best.common for other in others)
    )
    return best.encoding if sure else None


def _reading(decode: Decode, encoding: str) -> Reading | None:
    """Return the counts of a text in an encoding, null if it does not fit."""
    often = re.compile(f"[{COMMON[encoding]}]+")
    letters = common = 0
    distinct: set[str] = set()
    try:
        for text in decode(encoding):
            found = "".join(LETTERS.findall(text))
            letters += len(found)
            distinct.update(found)
            common += sum(map(len, often.findall(text)))
    except UnicodeDecodeError:
        return None
    return Reading(encoding, letters, common, len(distinct))
