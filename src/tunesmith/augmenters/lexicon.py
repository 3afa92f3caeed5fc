"""Lists of words that may stand for each other: one word a line, a tab, replacements by comma."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from tunesmith.errors import UserError

LANGUAGES = ("en", "zh")


@cache
def lexicon() -> dict[str, tuple[str, ...]]:
    """Return the replacements of every word of both built-in lists."""
    found: dict[str, tuple[str, ...]] = {}
    for language in LANGUAGES:
        name = f"lexicon_{language}.tsv"
        text = files("tunesmith.augmenters").joinpath(name).read_text(encoding="utf-8")
        found |= parse_lexicon(text.splitlines(), name)
    return found


def parse_lexicon(lines: Iterable[str], name: str) -> dict[str, tuple[str, ...]]:
    """Return word → replacements; empty lines and those that begin with `#` are left out.

    Raises:
        UserError: a line has no tab, a word occurs twice or replaces itself.
    """
    found: dict[str, tuple[str, ...]] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        word, tab, rest = line.partition("\t")
        others = tuple(other.strip() for other in rest.split(",") if other.strip())
        if not tab or not word.strip() or not others:
            raise UserError(f"{name}:{number}: a line is a word, a tab and words by comma")
        if word in found or word in others:
            raise UserError(f"{name}:{number}: {word!r} occurs twice or replaces itself")
        found[word] = others
    return found


@cache
def han_words() -> frozenset[str]:
    """Return all Chinese words of the lists, those that only replace others too."""
    words = {word for key, others in lexicon().items() for word in (key, *others)}
    return frozenset(word for word in words if len(word) > 1 and not word.isascii())
