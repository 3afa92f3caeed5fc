"""Reads English synonyms from the files of WordNet 3.x, first senses only."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tunesmith.errors import UserError

FOLDERS = ("/usr/share/wordnet", "/usr/local/share/wordnet", "/opt/homebrew/share/wordnet")
PARTS = ("noun", "verb", "adj", "adv")
TYPES = {"1": "noun", "2": "verb", "3": "adj", "4": "adv", "5": "adj"}
FEWEST_USES = 5  # of a replacement in tagged text
USES_RATIO = 0.2  # of a replacement to the word that it replaces
INSULT = re.compile("slur|offensive|disparag|derogat|obscene|vulgar|insult|contempt", re.IGNORECASE)
SHORTEST = 4  # shorter words have too many senses ("set", "run")


@cache
def read_wordnet(folder: Path | None) -> dict[str, tuple[str, ...]]:
    """Return word → the other words of its first sense.

    A word is left out when it has several parts of speech ("light"), when it may be a form of
    another ("needs"), or when its first sense was never seen in tagged text. Replacements are
    single words whose own first sense is the same, so that "good" is no "ripe", and which that
    text has often enough, so that "write" is no "indite".

    Raises:
        UserError: no WordNet in the folder, or, without one, in any usual place.

    Source: https://wordnet.princeton.edu/documentation/wndb5wn, the form of index and data files.
    """
    places = [folder] if folder else [Path(name) for name in FOLDERS]
    home = next((place for place in places if (place / "index.noun").is_file()), None)
    if home is None:
        raise UserError(
            f"no WordNet (index.noun, data.noun …) in {', '.join(map(str, places))}; install "
            "Debian's package wordnet-base or give `folder`"
        )
    first: dict[str, list[tuple[str, int]]] = {}
    for part in PARTS:
        for word, offset in _first_senses(home / f"index.{part}"):
            first.setdefault(word, []).append((part, offset))
    alone = {
        word: senses[0]
        for word, senses in first.items()
        if len(senses) == 1 and not any(stem in first for stem in _stems(word))
    }
    members = {part: dict(_synsets(home / f"data.{part}")) for part in PARTS}
    uses = _uses(home / "cntlist.rev")
    found = {}
    for word, (part, offset) in sorted(alone.items()):
        enough = max(FEWEST_USES, USES_RATIO * uses.get((word, part), 0))
        kept = tuple(
            other
            for other in members[part].get(offset, ())
            if other != word
            and alone.get(other) == (part, offset)
            and uses.get((other, part), 0) >= enough
        )
        if kept and len(word) >= SHORTEST:
            found[word] = kept
    return found


def _stems(word: str) -> list[str]:
    """Return what the word would be a form of, if it were one."""
    endings = [ending for ending in ("s", "es", "d", "ed", "ing") if word.endswith(ending)]
    bare = [word[: -len(ending)] for ending in endings]
    return [stem for one in bare if len(one) > 1 for stem in (one, one + "e")]


def _uses(path: Path) -> dict[tuple[str, str], int]:
    """Return how often each word, by part of speech, stands in tagged text in its first sense."""
    found: dict[tuple[str, str], int] = {}
    for line in path.read_text(encoding="utf-8").split("\n"):
        key, _, numbers = line.partition(" ")
        word, _, rest = key.partition("%")
        sense, _, count = numbers.partition(" ")
        if sense == "1":
            found[word, TYPES[rest[0]]] = int(count)
    return found


def _first_senses(path: Path) -> Iterator[tuple[str, int]]:
    """Yield each single word in small letters with the place of its first sense."""
    for line in path.read_text(encoding="utf-8").split("\n"):
        cells = line.split()
        if not cells or line.startswith(" ") or not cells[0].isalpha():
            continue
        pointers = int(cells[3])
        tagged, offset = int(cells[5 + pointers]), int(cells[6 + pointers])
        if tagged or int(cells[2]) == 1:
            yield cells[0], offset


def _synsets(path: Path) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the place of each sense with its single words in small letters; no insults."""
    for line in path.read_text(encoding="utf-8").split("\n"):
        fields, _, gloss = line.partition("|")
        cells = fields.split()
        if not cells or line.startswith(" ") or INSULT.search(gloss):
            continue
        words = [cells[4 + 2 * k].partition("(")[0] for k in range(int(cells[3], 16))]
        yield int(cells[0]), tuple(w for w in words if w.isalpha() and w.islower())
