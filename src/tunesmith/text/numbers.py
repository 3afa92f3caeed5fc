"""The numbers that a text names, in order: rows that differ in one are different rows."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from tunesmith.text.code_points import Chunk, any_of, chunks, codes_of, marks_by

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
LETTER, COUNTS, UNKNOWN = 1, 2, 4


@lru_cache(maxsize=REMEMBERED)
def numbers(text: str) -> tuple[str, ...]:
    """Return figures, codes with a figure (`a4`, `b-17`), English and Chinese number words.

    A lone "one" or `一` does not count ("the one", `查一下`); against any other number the
    sequences differ all the same.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _numbers_in(plain.split() if plain.isascii() else PIECE.findall(plain))


def _numbers_in(pieces: list[str]) -> tuple[str, ...]:
    """Return the numbers of a text in pieces; the pattern is slow, and most words are none."""
    some = [
        word for word in pieces if word in NUMBER_WORDS or not (word.isascii() and word.isalpha())
    ]
    return tuple(NUMBER.findall(" ".join(some)))


def all_numbers(texts: Sequence[str]) -> list[tuple[str, ...]]:
    """Return `numbers` of each text; those without figure, numeral and number word cost little."""
    return [found for chunk in chunks(texts) for found in _numbers(chunk)]


def _numbers(chunk: Chunk) -> Iterator[tuple[str, ...]]:
    """Yield the numbers of each text of one chunk."""
    marks = marks_by(chunk.codes, _mark, UNKNOWN)
    marks[chunk.ends] = 0
    codes = codes_of(chunk.codes, _piece, ord(" "))
    codes[chunk.ends] = ord("\n")
    plain = codes.tobytes().decode("utf-16-le").split("\n")
    some = any_of(marks, chunk.ends).tolist()
    for text, pieces, mark in zip(chunk.texts, plain, some, strict=False):
        if mark & UNKNOWN:
            yield numbers.__wrapped__(text)
        elif mark & COUNTS or (mark & LETTER and _has_number_word(pieces)):
            yield _numbers_in(pieces.split())
        else:
            yield ()


def _mark(char: str) -> int:
    """Return whether a character can be part of a number word, or of a number by itself."""
    plain = unicodedata.normalize("NFKC", char).casefold()
    if plain in NUMERALS or re.search(r"\d", plain):
        return COUNTS
    return LETTER if "a" <= plain <= "z" else 0


def _piece(char: str) -> int:
    """Return the code of a character as it stands in a number, of a space for all others."""
    plain = unicodedata.normalize("NFKC", char).casefold()
    return ord(plain) if len(plain) == 1 and PIECE.match(plain) else ord(" ")


def _has_number_word(text: str) -> bool:
    """Whether a text of ASCII without figures has an English number word."""
    return not NUMBER_WORDS.isdisjoint(text.translate(NO_LETTERS).split())
