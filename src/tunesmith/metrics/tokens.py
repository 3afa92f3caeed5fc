"""Tokens that scores compare: a Han or kana character is one, elsewhere a word is one."""

import re
import unicodedata
from collections.abc import Sequence

HAN_RANGES = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
CJK = f"\u3005\u3007\u3040-\u30ff\u31f0-\u31ff{HAN_RANGES}"
OWN_TOKEN = re.compile(f"[{CJK}]")
WORD_CHARACTER = re.compile(rf"[^\W_{CJK}]")
TOKEN = re.compile(f"{OWN_TOKEN.pattern}|{WORD_CHARACTER.pattern}+")
HAN = re.compile(f"[{HAN_RANGES}]")
SENTENCE_ENDS = "\n。!?"  # after NFKC, which makes ！ and ？ these
AFTER_STOP = "\"')]”’」》"  # beside white space, what stands after the full stop of a sentence


def tokens(text: str) -> list[str]:
    """Return the lower-case tokens of a text after NFKC; punctuation is no token.

    On ASCII text these are rouge_score's tokens without stemming. Departures: rouge_score drops
    every character outside a-z and 0-9, so that it scores any Chinese text 0.
    """
    return TOKEN.findall(normalised(text))


def normalised(text: str) -> str:
    """Return a text in the form in which tokens are equal."""
    return unicodedata.normalize("NFKC", text).lower()


def is_own_token(char: str) -> bool:
    """True for a character that is a token by itself."""
    return OWN_TOKEN.match(char) is not None


def is_word_character(char: str) -> bool:
    """True for a character that is part of a word."""
    return WORD_CHARACTER.match(char) is not None


def trimmed(text: str) -> str:
    """Return `text` in NFC without space at its ends: the form in which answers are equal."""
    return unicodedata.normalize("NFC", text).strip()


def is_chinese(text: str) -> bool:
    """True when a text holds a Han character."""
    return HAN.search(text) is not None


def chinese_rows(langs: Sequence[str | None] | None, references: Sequence[str]) -> list[bool]:
    """Return, row by row, whether it is Chinese or mixed: by its language, else its reference."""
    pairs = zip(langs or [None] * len(references), references, strict=True)
    return [
        is_chinese(reference) if lang in (None, "und", "other") else lang in ("zh", "mixed")
        for lang, reference in pairs
    ]
