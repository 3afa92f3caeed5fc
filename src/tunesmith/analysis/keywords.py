"""Words that tell one group of texts from the others, readable in English and Chinese."""

import math
import re
from collections import Counter
from collections.abc import Mapping

WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
HAN_RUN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")
LENGTHS = (2, 3, 4, 5, 6)
READ_CHARS = 300  # of each text
EDGES = frozenset("的了着过吗呢吧啊呀嘛么哦个这那哪都也就还我你您他她它们是在把被给和与及到从想")
FEW_WORDS = (  # that tell no subject
    "a about am an and any are as at be been but by can can't could did do does don't for from "
    "get got had has have how i i'd i'm if in into is it it's its just know let like many me "
    "much my need no not of on one or our please should so some tell than that the their them "
    "then there these they this those to us was we were what what's when where which who why "
    "will with would you your"
)
FEW = frozenset(FEW_WORDS.split())


def keywords(inside: list[str], outside: list[str], count: int = 3) -> list[str]:
    """Return up to `count` terms that many texts inside hold and few outside.

    Terms are English words, and Chinese runs of 2 to 6 characters; of terms that overlap the
    more telling one is kept.
    """
    here, there = _document_counts(inside), _document_counts(outside)
    weights = {
        term: telling(term, (found, len(inside)), (there[term], len(outside)))
        for term, found in here.items()
    }
    return most_telling(weights, count)


def telling(term: str, inside: tuple[int, int], outside: tuple[int, int]) -> float:
    """Return how well a term tells a group: its coverage times the log odds against the others.

    Of a word and its parts, in as many texts, the longer is a little ahead.

    Args:
        term: as it is shown.
        inside: texts of the group that hold it, and texts of the group.
        outside: the same of all other texts.
    """
    share = inside[0] / max(inside[1], 1)
    other = (outside[0] + 0.5) / (outside[1] + 1)
    return share * math.log(share / other) * (1 + 0.05 * len(term)) if share else 0.0


def most_telling(weights: Mapping[str, float], count: int) -> list[str]:
    """Return up to `count` terms of the greatest weights above 0, none of which overlap."""
    chosen: list[str] = []
    for term in sorted(weights, key=lambda term: (-weights[term], term)):
        if weights[term] <= 0 or len(chosen) == count:
            break
        if not any(_overlap(term, other) for other in chosen):
            chosen.append(term)
    return chosen


def _overlap(first: str, second: str) -> bool:
    """True when terms share a word or two characters of a Chinese run, or one holds the other."""
    if first in second or second in first:
        return True
    if first.isascii():
        return not set(first.split()).isdisjoint(second.split())
    return any(first[k : k + 2] in second for k in range(len(first) - 1))


def _document_counts(texts: list[str]) -> Counter[str]:
    """Return in how many texts each term occurs."""
    return Counter(term for text in texts for term in _terms(text))


def _terms(text: str) -> set[str]:
    """Return the terms of one text."""
    text = text[:READ_CHARS]
    words = {word for word in WORD.findall(text.lower()) if word not in FEW and len(word) > 2}
    runs = HAN_RUN.findall(text)
    grams = {run[k : k + n] for run in runs for n in LENGTHS for k in range(len(run) - n + 1)}
    return words | {gram for gram in grams if not frayed(gram)}


def frayed(term: str) -> bool:
    """True for a Chinese run that begins or ends with a character that only joins words."""
    return term[0] in EDGES or term[-1] in EDGES
