"""Concludes from its bytes which East Asian encoding a text is in, if that is sure.

Two bytes make a character there, which seldom fit by accident; and in the wrong encoding the words
that every text of a language has are not there. Encodings of one byte a character fit nearly
anything, so they are never concluded.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeAlias

Blocks: TypeAlias = Callable[[], Iterable[bytes]]  # each call reads them from the start
Decode: TypeAlias = Callable[[str], Iterator[str]]  # the text in an encoding, strictly

HIRAGANA = "ぁ-ん"
COMMON = {  # encoding → the letters that real text in it has most often
    "gb18030": (
        "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里"
        "用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心吗请问谢您什"
    ),
    "cp950": (  # Big5
        "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡"
        "用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心嗎請問謝您什"
    ),
    "cp932": HIRAGANA,  # Shift-JIS
    "euc_jp": HIRAGANA,
    "cp949": "이다는에의가을를한고하지은서도로사자기어리인아시수대정일해그보전상주나라있부니게면",
}
CONCLUDED = frozenset({"gb18030", "cp950", "cp932"})  # the others only stand against these
LETTERS = re.compile(r"[^\W\x00-\x7f]+")
COMMON_SHARE = 0.12  # real text has 0.18 to 0.7; other bytes that happen to fit have 0.06
NEXT_SHARE = 0.5  # of the best one's share, which the others must stay below
FEWEST_LETTERS = 12  # fewer prove nothing


class Reading(NamedTuple):
    """A text in one encoding: how many letters beyond ASCII it has, and how many are common."""

    encoding: str
    letters: int
    common: int

    @property
    def share(self) -> float:
        """Return how many of the letters are common ones."""
        return self.common / self.letters if self.letters else 0.0


def concluded(decode: Decode) -> str | None:
    """Return the one encoding in which a text reads as its language does, null if none is sure.

    Args:
        decode: gives the text of the whole file in an encoding; raises UnicodeDecodeError where
            it does not fit.
    """
    fitting = filter(None, (_reading(decode, encoding) for encoding in COMMON))
    read = sorted(fitting, key=lambda reading: -reading.share)
    if not read:
        return None
    best, others = read[0], read[1:]
    sure = (
        best.encoding in CONCLUDED
        and best.letters >= FEWEST_LETTERS
        and best.share >= COMMON_SHARE
        and all(other.share < NEXT_SHARE * best.share for other in others)
    )
    return best.encoding if sure else None


def _reading(decode: Decode, encoding: str) -> Reading | None:
    """Return the counts of a text in an encoding, null if it does not fit."""
    often = re.compile(f"[{COMMON[encoding]}]+")
    letters = common = 0
    try:
        for text in decode(encoding):
            letters += sum(map(len, LETTERS.findall(text)))
            common += sum(map(len, often.findall(text)))
    except UnicodeDecodeError:
        return None
    return Reading(encoding, letters, common)
