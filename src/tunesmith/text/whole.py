"""Patterns that find a phrase as whole words and whole numbers, in English and Chinese."""

import re

from tunesmith.text.script import HAN_CHARS, HANGUL_CHARS, KANA_CHARS

UNSPACED = rf"{HAN_CHARS}{KANA_CHARS}{HANGUL_CHARS}\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
LETTER = rf"[^\W\d_{UNSPACED}]"  # of a script whose words stand apart: Latin, Cyrillic, Greek …
MARK = r"[\u0300-\u036f]"  # goes on a letter, as in a decomposed é
NUMERALS = "零〇一二两三四五六七八九十百千万亿"
TENS = f"(?<![周期拜])[{NUMERALS}]"  # 二十, but not that of 周二十点
IN_THE_MIDDLE = r"(?<![A-Za-z\d])(?<!\d[.:])(?<!^[-−])(?<![\s(（][-−])"  # of a code, 12.5, -12
GOES_ON = r"(?!\d|[.:]\d|,\d{3}(?!\d)|\s?[万亿])"  # 12.5, 12:30, 12,000, 12万


def whole(phrase: str) -> str:
    """Return a pattern for a phrase that is no part of a longer word or number.

    `12` is not in `512`, `12.5`, `12,000`, `12万`, `A12` or `-12`, but in `12kg`; `cancel` is not
    in `cancelled`, `caf` not in `café`; `十二` is not in `二十二`, `三天` not in `十三天`, `十天`
    not in `二十天`. Chinese words have no bounds that could be seen.
    """
    return _before(phrase) + re.escape(phrase) + _after(phrase)


def _before(phrase: str) -> str:
    """Return what may not stand before a phrase."""
    first = phrase[0]
    if first.isdecimal():
        thousands = r"(?<!\d,)" if re.match(r"\d{3}(?!\d)", phrase) else ""
        return IN_THE_MIDDLE + thousands
    if first in "-−":
        return r"(?<!\w)"
    if _is_number(phrase):
        return f"(?<![{NUMERALS}])"
    if first in "一二两三四五六七八九":
        return "(?<![十百千零〇])"
    if first == "十":
        return f"(?<!{TENS})"
    return f"(?<!{LETTER})" if re.match(LETTER, first) else ""


def _after(phrase: str) -> str:
    """Return what may not stand after a phrase."""
    last = phrase[-1]
    if last.isdecimal():
        return GOES_ON
    if _is_number(phrase):
        return f"(?![{NUMERALS}])"
    return f"(?!{LETTER}|{MARK})" if re.match(f"{LETTER}|{MARK}", last) else ""


def _is_number(phrase: str) -> bool:
    """Whether a phrase is a Chinese number."""
    return all(char in NUMERALS for char in phrase)
