"""Puts others of a list in place of what a text names; the same one everywhere."""

import re
from collections.abc import Callable, Iterable, Sequence

import numpy as np

MOST_TRIES = 20


def other_of(words: Sequence[str], old: str, rng: np.random.Generator) -> str:
    """Return a word of a list that is not `old`."""
    others = [word for word in words if word != old]
    return others[rng.integers(len(others))]


def distinct(olds: Iterable[str], other: Callable[[str], str]) -> tuple[tuple[str, str], ...]:
    """Return each old with another that the text does not name and no other old becomes.

    Where the others run out after some tries, one may occur twice.
    """
    taken = set(olds)
    swaps = []
    for old in olds:
        tries = (other(old) for _ in range(MOST_TRIES))
        new = next((one for one in tries if one not in taken), None) or other(old)
        taken.add(new)
        swaps.append((old, new))
    return tuple(swaps)


def swapped(text: str, swaps: Sequence[tuple[str, str]]) -> str:
    """Return the text with each first of a pair replaced by its second, all at once.

    A number is replaced only where it stands alone (`12` not in `512`), a Latin word only as a
    whole.
    """
    if not swaps:
        return text
    new = {old.casefold(): made for old, made in swaps}
    longest_first = sorted(new, key=lambda old: (-len(old), old))
    pattern = "|".join(bounded(old) for old in longest_first)
    return re.sub(pattern, lambda m: new[m[0].casefold()], text, flags=re.IGNORECASE)


def bounded(phrase: str) -> str:
    """Return a pattern for a phrase that no letter or figure of its own kind goes on with."""
    before, after = _kin(phrase[0]), _kin(phrase[-1])
    head = f"(?<!{before})" if before else ""
    return head + re.escape(phrase) + (f"(?!{after})" if after else "")


def _kin(char: str) -> str:
    """Return the class of characters that would make another word of a phrase."""
    if char.isdecimal():
        return r"\d"
    return "[A-Za-z]" if char.isascii() and char.isalpha() else ""
