"""Which script a text is written in, and the language that the script alone decides."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from tunesmith.text.code_points import Chunk, any_of, chunks, marks_by

CODE = re.compile(
    r"https?://[!-~]+|[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,253}|<[A-Z_]{2,12}(?::[a-p]{10})?>"
)
HAN_CHARS = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff々〇"
KANA_CHARS = r"\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"
HANGUL_CHARS = r"\u1100-\u11ff\u3130-\u318f\uac00-\ud7af"
LATIN_CHARS = r"A-Za-z\u00c0-\u024f\u1e00-\u1eff"
HAN, KANA, HANGUL = (  # runs, of which each character counts
    re.compile(f"[{chars}]+") for chars in (HAN_CHARS, KANA_CHARS, HANGUL_CHARS)
)
LATIN_WORD = re.compile(f"[{LATIN_CHARS}]+")
KANA_OR_HANGUL = re.compile(f"[{KANA_CHARS}{HANGUL_CHARS}]")
FURTHER = re.compile(rf"[^\W\d_{HAN_CHARS}{KANA_CHARS}{HANGUL_CHARS}{LATIN_CHARS}]")
HAN_CHAR, LATIN_CHAR, UNKNOWN = 1, 2, 4
ZH_SHARE = 0.7
MIXED_SHARE = 0.15


class Scripts(NamedTuple):
    """How many words of each script a text holds; a Han, kana or hangul character is one."""

    han: int
    latin: int
    other: int
    kana: int
    hangul: int

    @property
    def total(self) -> int:
        """All words together."""
        return sum(self)


def scripts(text: str) -> Scripts:
    """Count the words of each script; addresses of mail and web and masks are left out."""
    text = _without_addresses(text)
    if text.isascii():
        return Scripts(0, len(LATIN_WORD.findall(text)), 0, 0, 0)
    han = sum(map(len, HAN.findall(text)))
    words = LATIN_WORD.findall(text)
    if not (KANA_OR_HANGUL.search(text) or FURTHER.search(text)):
        return Scripts(han, len(words), 0, 0, 0)
    kana, hangul = (sum(map(len, p.findall(text))) for p in (KANA, HANGUL))
    letters = sum(map(str.isalpha, text))
    rest = letters - han - kana - hangul - sum(map(len, words))
    return Scripts(han, len(words), max(rest, 0), kana, hangul)


def _without_addresses(text: str) -> str:
    """Put a space in place of addresses of mail and web and masks."""
    return CODE.sub(" ", text) if "@" in text or "<" in text or "://" in text else text


def script_language(text: str) -> str:
    """Return en, zh, mixed, other or und (no letters) from the scripts alone.

    Latin letters count as English and Han characters as Chinese: other languages of these
    scripts need a detector. Kana, hangul and further scripts are `other` once they hold half
    of the text or, for kana, a tenth: Japanese is full of Han.
    """
    if text.isascii():
        return "en" if LATIN_WORD.search(_without_addresses(text)) else "und"
    found = scripts(text)
    if found.total == 0:
        return "und"
    foreign = found.kana + found.hangul + found.other
    if foreign * 2 >= found.total or found.kana * 10 >= found.total:
        return "other"
    return _han_or_latin(found.han, found.latin)


def _han_or_latin(han: int, latin: int) -> str:
    """Decide between the two by their share; a Latin word weighs two Han characters."""
    share = han / (han + 2 * latin)
    if share >= ZH_SHARE:
        return "zh"
    return "mixed" if share >= MIXED_SHARE else "en"


def script_languages(texts: Sequence[str]) -> Iterator[str]:
    """Yield `script_language` of each text; most are counted many at a time."""
    for chunk in chunks(texts):
        yield from _counted(chunk)


def _counted(chunk: Chunk) -> Iterator[str]:
    """Yield the languages of one chunk; texts with addresses or further scripts go one by one."""
    marks = marks_by(chunk.codes, _mark, UNKNOWN)
    marks[chunk.ends] = 0
    starts = np.concatenate([[0], chunk.ends[:-1] + 1])
    latin = marks == LATIN_CHAR
    han = np.add.reduceat(marks == HAN_CHAR, starts, dtype=np.int64)
    words = np.add.reduceat(latin & ~np.append(False, latin[:-1]), starts, dtype=np.int64)
    unknown = any_of(marks, chunk.ends) & UNKNOWN
    counts = zip(chunk.texts, unknown.tolist(), han.tolist(), words.tolist(), strict=True)
    for text, slow, chars, latin_words in counts:
        if slow or "://" in text:
            yield script_language(text)
        else:
            yield _han_or_latin(chars, latin_words) if chars or latin_words else "und"


def _mark(char: str) -> int:
    """Return the script of a character, or that it needs a closer look."""
    if char in "@<" or KANA_OR_HANGUL.match(char) or FURTHER.match(char):
        return UNKNOWN
    if HAN.match(char):
        return HAN_CHAR
    return LATIN_CHAR if LATIN_WORD.match(char) else 0
