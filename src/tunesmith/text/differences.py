"""Tells whether two texts that look alike say the same, or differ in a number, name or "not"."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from tunesmith.text.negation import is_negator
from tunesmith.text.numbers import NO_LETTERS, numbers

CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
LETTER = rf"[^\W\d_{CJK}]"
WORD = re.compile(rf"[{CJK}]|{LETTER}+(?:['’]{LETTER}+)*")
COURTESY = re.compile(
    r"(?<![a-z])(?:hello|hi|hey|dear|please|pls|thanks?(?: you)?|thx|kindly|urgent(?:ly)?)(?![a-z])"
    r"|您好|你好|谢谢|多谢|感谢|请问|麻烦"
    r"|(?<![申邀聘宴敬])请(?![假求客教示柬愿])|(?<![着紧应情危焦心加])急(?![诊救性需忙促躁件])"
)
NO_HAN = re.compile("[^\u4e00-\u9fff]+")
CHINESE = re.compile(  # and the signs and figures of ASCII and of both punctuations
    "[\u4e00-\u9fff\x00-@[-`{-\x7f\u2010-\u2026\u3000-\u3003\u3008-\u3020\uff01-\uff20]*"
)
COURTEOUS = frozenset(  # a text without these has no courtesy
    [*"您你谢请烦急", "hello", "hi", "hey", "dear", "please", "pls", "thank", "thanks", "thx"]
) | {"kindly", "urgent", "urgently"}
EITHER_OR = "否"  # of 是否, 否认, 否则: alone it may negate
PARTICLES = frozenset("的地得了着过吗呢吧啊呀嘛么哦您你")
SHORT_WORDS = 120
REMEMBERED = 1 << 13  # texts; the words of one take kilobytes
TYPO_CHARS = 5  # in a shorter word one other letter makes another word: Anna, Anne


@lru_cache(maxsize=REMEMBERED)
def words(text: str) -> tuple[str, ...]:
    """Return the words of a text in order, without case and courtesies; a CJK character is one."""
    found = _simple_words(text)
    if found is not None and COURTEOUS.isdisjoint(found):
        return tuple(found)
    plain = unicodedata.normalize("NFKC", text).casefold()
    return tuple(WORD.findall(COURTESY.sub(" ", plain)))


def _simple_words(text: str) -> Iterable[str] | None:
    """Return the words of plain English without `'`, or of Chinese without Latin letters."""
    if text.isascii():
        return None if "'" in text else text.lower().translate(NO_LETTERS).split()
    return NO_HAN.sub("", text) if CHINESE.fullmatch(text) else None


def alike_but_for_courtesy(left: str, right: str) -> float:
    """Return how much two texts have in common, 0 to 1, without case, courtesies and figures."""
    from rapidfuzz.distance import Indel

    ours, theirs = words(left), words(right)
    if ours == theirs:
        return 1.0
    return float(Indel.normalized_similarity(" ".join(ours), " ".join(theirs)))


def same_facts(left: str, right: str, most_words: int = SHORT_WORDS) -> bool:
    """Whether two similar texts name the same numbers and, if short, `says_the_same`.

    Args:
        left: a text that is known to look like `right`.
        right: the other.
        most_words: longer texts are judged by their numbers alone; some word always differs.
    """
    return numbers(left) == numbers(right) and same_words(left, right, most_words)


def same_words(left: str, right: str, most_words: int = SHORT_WORDS) -> bool:
    """Return what `same_facts` does of two texts that are known to name the same numbers."""
    ours, theirs = words(left), words(right)
    return max(len(ours), len(theirs)) > most_words or _same_words(ours, theirs)


def says_the_same(left: str, right: str) -> bool:
    """Whether two similar texts differ only in what carries no fact.

    Courtesies, added words, particles (`的`, `吗`) and slips of the pen carry none. Another
    number, a word in place of another word, another order of the words and one negation more do:
    "order 4821 for Anna" is not "order 4821 for Ben".
    """
    return numbers(left) == numbers(right) and _same_words(words(left), words(right))


def _same_words(ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """Whether the words of two texts differ only in what carries no fact."""
    ours, theirs = _apart(ours, theirs)
    if not (ours and theirs):
        return not any(map(negates_alone, ours or theirs))
    gone = list((Counter(ours) - Counter(theirs)).elements())
    new = list((Counter(theirs) - Counter(ours)).elements())
    if any(map(negates_alone, gone + new)):
        return False
    if gone and new:
        return _only_slips(gone, new)
    short, long = sorted((ours, theirs), key=len)
    rest = iter(long)
    return all(word in rest for word in short)


def _apart(
    ours: tuple[str, ...], theirs: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words of two texts without those that both begin and end with."""
    most = min(len(ours), len(theirs))
    start = next((k for k in range(most) if ours[k] != theirs[k]), most)
    most -= start
    end = next((k for k in range(most) if ours[-1 - k] != theirs[-1 - k]), most)
    return ours[start : len(ours) - end], theirs[start : len(theirs) - end]


def negates_alone(word: str) -> bool:
    """Whether one of the `words` of a text is not, never, n't, 不, or one of their like."""
    return word == EITHER_OR or is_negator(word)


def _only_slips(gone: list[str], new: list[str]) -> bool:
    """True if each word that went has a misspelling of itself among those that came."""
    gone = [word for word in gone if word not in PARTICLES]
    new = [word for word in new if word not in PARTICLES]
    few, many = sorted((gone, list(new)), key=len)
    for word in few:
        match = next((other for other in many if _slip(word, other)), None)
        if match is None:
            return False
        many.remove(match)
    return True


def _slip(left: str, right: str) -> bool:
    """True for words of five letters or more that one wrong, missing or swapped letter parts."""
    from rapidfuzz.distance import OSA

    if min(len(left), len(right)) < TYPO_CHARS - 1 or max(len(left), len(right)) < TYPO_CHARS:
        return False
    return left[0] == right[0] and OSA.distance(left, right, score_cutoff=1) == 1
