"""The numbers that a text names, in order: rows that differ in one are different rows."""

import re
import unicodedata
from functools import lru_cache

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


@lru_cache(maxsize=REMEMBERED)
def numbers(text: str) -> tuple[str, ...]:
    """Return figures, codes with a figure (`a4`, `b-17`), English and Chinese number words.

    A lone "one" or `一` does not count ("the one", `查一下`); against any other number the
    sequences differ all the same.
    """
    return tuple(NUMBER.findall(unicodedata.normalize("NFKC", text).casefold()))
