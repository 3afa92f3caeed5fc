"""The numbers that a text names, in order: rows that differ in one are different rows."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from tunesmith.text.code_points import Chunk, any_of, chunks, table

CODE = r"(?<![a-z\d])[a-z]*\d[a-z\d]*(?:[.,:/-][a-z]*\d[a-z\d]*)*%?"
ENGLISH = (
    "zero two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety "
    "hundred thousand million billion half twice"
)
WORDS = rf"(?<![a-z])(?:{'|'.join(ENGLISH.split())})(?![a-z])"
NUMERALS = "零一二两三四五六七八九十百千万亿半"
CHINESE = f"[{NUMERALS}]{{2,}}|[{NUMERALS.replace('一', '')}]"
REMEMBERED = 1 << 16  # texts; one that is compared is mostly compared often
NUMBER = re.compile(f"{CODE}|{WORDS}|{CHINESE}")
PIECE = re.compile(rf"[a-z\d.,:/%{NUMERALS}-]+")  # what a number lies inside of
NO_LETTERS = str.maketrans({code: " " for code in range(128) if not chr(code).isalpha()})
NUMBER_WORDS = frozenset(ENGLISH.split())
LETTER, COUNTS = 1, 2


@lru_cache(maxsize=REMEMBERED)
def numbers(text: str) -> tuple[str, ...]:
    """Return figures, codes with a figure (`a4`, `b-17`), English and Chinese number words.

    A lone "one" or `一` does not count ("the one", `查一下`); against any other number the
    sequences differ all the same.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    pieces = plain.split() if plain.isascii() else PIECE.findall(plain)
    some = [
        word for word in pieces if word in NUMBER_WORDS or not (word.isascii() and word.isalpha())
    ]
    return tuple(NUMBER.findall(" ".join(some)))  # the pattern is slow, and most words no number


def all_numbers(texts: Sequence[str]) -> list[tuple[str, ...]]:
    """Return `numbers` of each text; those without figure, numeral and number word cost little."""
    return [found for chunk in chunks(texts) for found in _numbers(chunk)]


def _numbers(chunk: Chunk) -> Iterator[tuple[str, ...]]:
    """Yield the numbers of each text of one chunk."""
    marks = table(_mark, LETTER | COUNTS)[chunk.codes]
    marks[chunk.ends] = 0
    for text, mark in zip(chunk.texts, any_of(marks, chunk.ends).tolist(), strict=True):
        counts = mark & COUNTS or (mark & LETTER and _has_number_word(text))
        yield numbers.__wrapped__(text) if counts else ()


def _mark(char: str) -> int:
    """Return whether a character can be part of a number word, or of a number by itself."""
    plain = unicodedata.normalize("NFKC", char).casefold()
    if plain in NUMERALS or re.search(r"\d", plain):
        return COUNTS
    return LETTER if "a" <= plain <= "z" else 0


def _has_number_word(text: str) -> bool:
    """Whether a text without figures has an English number word."""
    if not text.isascii():
        return NUMBER.search(unicodedata.normalize("NFKC", text).casefold()) is not None
    return not NUMBER_WORDS.isdisjoint(text.lower().translate(NO_LETTERS).split())
