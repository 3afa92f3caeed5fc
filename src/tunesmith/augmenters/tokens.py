"""Cuts a text of any script into tokens that join to the same text again."""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from tunesmith.augmenters.lexicon import seed_han_words

LATIN = r"[A-Za-z\u00c0-\u024f]+(?:['’-][A-Za-z\u00c0-\u024f]+)*"
HAN = r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+"
TOKEN = re.compile(
    r"https?://[!-~]+"  # an address
    r"|[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,253}"
    r"|<[A-Z_]{1,20}>"  # a mask
    r"|[A-Za-z]*\d[A-Za-z\d]*(?:[.,:/-][A-Za-z\d]*\d[A-Za-z\d]*)*"  # a number or a code
    rf"|{LATIN}|{HAN}|\s+|.",
    re.DOTALL,
)
WORD = re.compile(LATIN)
HAN_RUN = re.compile(HAN)
LONGEST = 5


NO_WORDS: frozenset[str] = frozenset()


def tokenise(text: str, more: frozenset[str] = NO_WORDS) -> list[str]:
    """Return words, numbers, spaces and single other characters, in order and without loss.

    Chinese is cut at known words, ours and `more`, where cutting from the left and from the right
    agrees (`的士` is no word in `的士气`); characters of other words stay alone and are never
    changed, since they may be part of a name.
    """
    tokens: list[str] = []
    for token in TOKEN.findall(text):
        tokens.extend(_segmented(token, more) if HAN_RUN.fullmatch(token) else [token])
    return tokens


def _segmented(run: str, more: frozenset[str]) -> Iterator[str]:
    """Yield the words of a run of Chinese that both cuts find, and its other characters alone."""
    agreed = set(_from_left(run, more)) & set(_from_right(run, more))
    start = 0
    while start < len(run):
        end = next(
            (end for end in range(start + LONGEST, start + 1, -1) if (start, end) in agreed),
            start + 1,
        )
        yield run[start:end]
        start = end


def _from_left(run: str, more: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Yield start and end of the longest known words, cut from the beginning."""
    start = 0
    while start < len(run):
        fits = (n for n in range(LONGEST, 1, -1) if is_han_word(run[start : start + n], more))
        length = next(fits, 1)
        yield start, min(start + length, len(run))
        start += length


def _from_right(run: str, more: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Yield start and end of the longest known words, cut from the end."""
    end = len(run)
    while end > 0:
        fits = (n for n in range(min(LONGEST, end), 1, -1) if is_han_word(run[end - n : end], more))
        length = next(fits, 1)
        yield end - length, end
        end -= length


@cache
def common_words() -> frozenset[str]:
    """Return everyday Chinese words that are known but never replaced."""
    path = files("tunesmith.augmenters").joinpath("words_zh.tsv")
    lines = path.read_text(encoding="utf-8").split("\n")
    return frozenset(line for line in lines if line and not line.startswith("#"))


def is_han_word(token: str, more: frozenset[str] = NO_WORDS) -> bool:
    """True for a known Chinese word."""
    return token in common_words() or token in seed_han_words() or token in more


def is_word(token: str, more: frozenset[str] = NO_WORDS) -> bool:
    """True for a word that may be changed: a Latin one or a known Chinese one."""
    return bool(WORD.fullmatch(token)) or is_han_word(token, more)
