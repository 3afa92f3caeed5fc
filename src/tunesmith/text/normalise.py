"""Normal forms in which texts that read the same are equal, in any script."""

import re
import unicodedata

ARITHMETIC = re.compile(r"(?<=\d)(\s*[-−–*/.,:^]\s*)(?=\d)|(?<![^\s(（])([-−])(?=\d)")
BEFORE_DIGIT = re.compile(r"[-−–*/.,:^]\s*\d")  # without it there is no arithmetic
WIDE_MARKS = (
    ("，", ","),
    ("：", ":"),
    ("？", "?"),
    ("！", "!"),
    ("；", ";"),
    ("（", "("),
    ("）", ")"),
)
KEPT_PUNCTUATION = frozenset("#%@")
DROPPED_SYMBOLS = frozenset("~|")


class _Translation(dict[int, int | None]):
    """For `str.translate`: what becomes of each character, looked up once."""

    def __missing__(self, code: int) -> int | None:
        self[code] = value = _translated(chr(code))
        return value


def _translated(char: str) -> int | None:
    """Return the code of a letter, mark, number or symbol; a space or nothing for the rest."""
    category = unicodedata.category(char)
    if char in KEPT_PUNCTUATION:
        return ord(char)
    if category in {"Cf", "Cc", "Cs"} and not char.isspace():
        return None
    if category[0] in "PZC" or category == "Sk" or char in DROPPED_SYMBOLS:
        return ord(" ")
    return ord(char)


_TABLE = _Translation()
MARKS = "".join(
    char
    for char in "!\"%&'()*,-./:;?@[\\]^_`{|}~，。、：；？！“”‘’（）《》【】…—·"
    if _translated(char) == ord(" ")
)
MARK = re.compile(f"[{re.escape(MARKS)}]+")
UNCOMMON = re.compile(rf"[^ \n0-9a-z\u4e00-\u9fff{re.escape(MARKS)}]")


def folded(text: str) -> str:
    """Return `text` in NFKC, without case, punctuation and runs of spaces.

    Signs between digits stay (`3-5` is not `35`), as do symbols such as `+`, `<` or emoji and
    the combining marks that Indic and Thai words are made of. A text of nothing but punctuation
    stays as it is, so that `:)` and `:(` differ.
    """
    return " ".join(_words(text))


def _words(text: str) -> list[str]:
    """Return the normal form between its spaces."""
    plain = _caseless(text)
    if not BEFORE_DIGIT.search(plain):
        return _spaced(plain).split() or plain.split()
    parts = ARITHMETIC.split(plain)
    parts[::3] = [part.translate(_TABLE) for part in parts[::3]]
    kept = "".join(part.strip() if i % 3 else part for i, part in enumerate(parts) if part)
    return kept.split() or plain.split()


def _spaced(plain: str) -> str:
    """Put a space in place of each mark; where Chinese is mixed with letters only, the fast way."""
    if plain.isascii() or UNCOMMON.search(plain):
        return plain.translate(_TABLE)
    return MARK.sub(" ", plain)


def _caseless(text: str) -> str:
    """Return the text in NFKC without case; forms that are already so are not made again."""
    if text.isascii():
        return text.lower()
    for wide, narrow in WIDE_MARKS:  # NFKC does the same, but for these alone it is slow
        text = text.replace(wide, narrow)
    composed = unicodedata.normalize("NFKC", text)
    caseless = composed.casefold()
    return caseless if caseless == composed else unicodedata.normalize("NFKC", caseless)


def squeezed(text: str) -> str:
    """Return `folded(text)` without any space: the key of exact duplicates."""
    return "".join(_words(text))
