"""Tokens that scores compare: a Han or kana character is one, elsewhere a word is one."""

import re
import unicodedata

from tunesmith.answers import Answers

HAN_RANGES = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
CJK = f"\u3005\u3007\u3040-\u30ff\u31f0-\u31ff{HAN_RANGES}"
WORD = rf"[^\W_{CJK}]+"
TOKEN = re.compile(rf"[{CJK}]|{WORD}")
HAN = re.compile(f"[{HAN_RANGES}]")
SENTENCE_ENDS = ("\n", "。", "!", "?", ".")  # after NFKC, which makes ！？． these too


def tokens(text: str) -> list[str]:
    """Return the lower-case tokens of a text after NFKC; punctuation is no token.

    On ASCII text these are rouge_score's tokens without stemming. Departures: rouge_score drops
    every character outside a-z and 0-9, so that it scores any Chinese text 0.
    """
    return TOKEN.findall(unicodedata.normalize("NFKC", text).lower())


def tokens_and_ends(text: str, between: str) -> list[str]:
    """Return the tokens of a text, and in their places the ends of sentences and `between`.

    A sentence ends with its line and with one of 。！？!?; a full stop ends it only before white
    space, a bracket or quote, or the end of the text, for it stands in 3.5 and example.org too.
    """
    stop = rf"\.(?=[\s\"')\]”’」》{between}])"
    pattern = re.compile(rf"[{CJK}\n。!?{between}]|{WORD}|{stop}")
    return pattern.findall(unicodedata.normalize("NFKC", text).lower())


def trimmed(text: str) -> str:
    """Return `text` in NFC without space at its ends: the form in which answers are equal."""
    return unicodedata.normalize("NFC", text).strip()


def is_chinese(text: str) -> bool:
    """True when a text holds a Han character."""
    return HAN.search(text) is not None


def chinese_rows(answers: Answers) -> list[bool]:
    """Return, row by row, whether it is Chinese or mixed: by its language, else its reference."""
    langs = answers.langs or [None] * len(answers)
    pairs = zip(langs, answers.references, strict=True)
    return [
        is_chinese(reference) if lang in (None, "und", "other") else lang in ("zh", "mixed")
        for lang, reference in pairs
    ]
