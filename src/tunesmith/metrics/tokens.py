"""Tokens that scores compare: a Han or kana character is one, elsewhere a word is one."""

import re
import unicodedata

HAN_RANGES = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
CJK = f"\u3005\u3007\u3040-\u30ff\u31f0-\u31ff{HAN_RANGES}"
TOKEN = re.compile(rf"[{CJK}]|[^\W_{CJK}]+")
HAN = re.compile(f"[{HAN_RANGES}]")


def tokens(text: str) -> list[str]:
    """Return the lower-case tokens of a text after NFKC; punctuation is no token.

    On ASCII text these are rouge_score's tokens without stemming. Departures: rouge_score drops
    every character outside a-z and 0-9, so that it scores any Chinese text 0.
    """
    return TOKEN.findall(unicodedata.normalize("NFKC", text).lower())


def trimmed(text: str) -> str:
    """Return `text` in NFC without space at its ends: the form in which answers are equal."""
    return unicodedata.normalize("NFC", text).strip()


def is_chinese(text: str) -> bool:
    """True when a text holds a Han character."""
    return HAN.search(text) is not None
