"""Words that may stand for each other: our own lists, a team's file, WordNet, Cilin."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from tunesmith.augmenters.cilin import read_cilin
from tunesmith.augmenters.wordnet import read_wordnet
from tunesmith.component import Component
from tunesmith.errors import UserError

Words: TypeAlias = Mapping[str, tuple[str, ...]]  # word → what may stand for it, best first
LANGUAGES = ("en", "zh")


class SeedLexicon(Component):
    """Our own short lists, English and Chinese: few words, each read by a person."""

    kind: Literal["seed"] = "seed"

    def words(self, folder: Path) -> Words:
        """Return word → replacements."""
        del folder
        return seed_words()


class FileLexicon(Component):
    """A file with a word, a tab and its replacements by comma in each line."""

    kind: Literal["file"] = "file"
    path: Path

    def words(self, folder: Path) -> Words:
        """Return word → replacements; a relative path starts at `folder`."""
        path = folder / self.path
        try:
            lines = path.read_text(encoding="utf-8-sig").split("\n")
        except (FileNotFoundError, UnicodeDecodeError) as error:
            raise UserError(f"{path}: no lexicon in UTF-8 ({type(error).__name__})") from None
        return parse_lexicon(lines, str(path))


class WordNetLexicon(Component):
    """English WordNet as Debian's `wordnet-base` installs it: the first sense of each word."""

    kind: Literal["wordnet"] = "wordnet"
    folder: Path | None = None  # of index.noun, data.noun …; else where Linux and macOS have it

    def words(self, folder: Path) -> Words:
        """Return word → replacements; a relative folder starts at `folder`."""
        return read_wordnet(folder / self.folder if self.folder else None)


class CilinLexicon(Component):
    """A Chinese thesaurus in the form of Tongyici Cilin, which we do not ship."""

    kind: Literal["cilin"] = "cilin"
    path: Path  # cilin_tree.json, or lines such as `Aa01A01= 人 士 人物`

    def words(self, folder: Path) -> Words:
        """Return word → replacements; a relative path starts at `folder`."""
        return read_cilin(folder / self.path)


AnyLexicon = Annotated[
    CilinLexicon | FileLexicon | SeedLexicon | WordNetLexicon, Field(discriminator="kind")
]


@cache
def seed_words() -> dict[str, tuple[str, ...]]:
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
def seed_han_words() -> frozenset[str]:
    """Return all Chinese words of the lists, those that only replace others too."""
    return han_words(seed_words())


def han_words(words: Words) -> frozenset[str]:
    """Return the Chinese words of two characters or more, those that only replace others too."""
    every = {word for key, others in words.items() for word in (key, *others)}
    return frozenset(word for word in every if len(word) > 1 and not word.isascii())
