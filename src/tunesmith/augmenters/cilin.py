"""Reads Chinese synonyms from a thesaurus in the form of Tongyici Cilin."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from tunesmith.errors import UserError

LINE = re.compile(r"[A-Z][a-z]\d\d[A-Z]\d\d([=#@])\s+(.+)")
HAN = re.compile(r"[\u3400-\u9fff]{2,4}")
MOST_MEMBERS = 6  # larger groups hold rare and regional words


@cache
def read_cilin(path: Path) -> dict[str, tuple[str, ...]]:
    """Return word → the other words of its group.

    Only groups marked `=` (synonyms; `#` is related, `@` alone) of a few words, only words of two
    to four characters that stand in one group (those of several have several meanings), and only
    words of equal length that begin or end alike: `描述` is `描写`, but no `摹状`.

    Args:
        path: JSON as the package `cilin` has it (`data/cilin_tree.json`), or lines such as
            `Aa01A01= 人 士 人物`, in UTF-8 or GBK.

    Raises:
        UserError: no such file, or no group in it.
    """
    if not path.is_file():
        raise UserError(f"{path}: no such file; a Chinese thesaurus is not part of this project")
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gbk", "replace")
    groups = list(_of_tree(json.loads(text)) if path.suffix == ".json" else _of_lines(text))
    if not groups:
        raise UserError(f"{path}: no group; a line is a code with `=` and words by spaces")
    homes = Counter(word for _, group in groups for word in group)
    found: dict[str, tuple[str, ...]] = {}
    for mark, group in groups:
        words = [w for w in group if HAN.fullmatch(w) and homes[w] == 1]
        if mark == "=" and len(group) <= MOST_MEMBERS:
            found |= {word: others for word in words if (others := _alike(word, words))}
    return found


def _alike(word: str, group: list[str]) -> tuple[str, ...]:
    """Return the other words of the group that share the first or the last character."""
    return tuple(
        other
        for other in group
        if other != word
        and len(other) == len(word)
        and (other[0] == word[0] or other[-1] == word[-1])
    )


def _of_lines(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield mark and words of each line that is a group."""
    for line in text.split("\n"):
        if match := LINE.fullmatch(line.strip()):
            yield match[1], match[2].split()


def _of_tree(node: Any) -> Iterator[tuple[str, list[str]]]:
    """Yield mark and words of each leaf: a list under a key that ends with the mark."""
    if isinstance(node, dict):
        for key, inner in node.items():
            if isinstance(inner, list):
                yield key[-1:], [str(word) for word in inner]
            else:
                yield from _of_tree(inner)
