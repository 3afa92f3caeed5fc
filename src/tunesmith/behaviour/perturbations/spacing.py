"""Spacing: double spaces, a space left out after a mark; in Chinese a space between characters."""

import re

from tunesmith.behaviour.perturbations.free import free_han, stays
from tunesmith.behaviour.perturbations.given import Changed, Given


def spacing(text: str, given: Given) -> Changed | None:
    """Return the text with one space more or less, where it parts no word; see `Perturbation`."""
    made = [f"  {text}", f"{text} \n"]
    made += _between_han(text, given) if given.lang == "zh" else _between_words(text, given)
    return Changed(made[given.rng.integers(len(made))])


def _between_words(text: str, given: Given) -> list[str]:
    """Return the text with a double space, and without the space after a mark."""
    found = []
    for match in re.finditer(r"(?<=[^\W\d_]) (?=\w)|(?<=[,.!?;]) (?=[A-Za-z])", text):
        start, end = match.span()
        if stays(text, start, end, given.keep):
            continue
        after_mark = not text[start - 1].isalpha()
        found.append(text[:start] + ("" if after_mark else "  ") + text[end:])
    return found


def _between_han(text: str, given: Given) -> list[str]:
    """Return the text with a space between two Chinese characters that may change."""
    free = set(free_han(text, given))
    return [f"{text[:k]} {text[k:]}" for k in sorted(free) if k - 1 in free]
