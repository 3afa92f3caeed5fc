"""Puts others in place of the names and numbers that a text mentions; the same for the same."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from tunesmith.behaviour.perturbations.free import Span, spliced
from tunesmith.behaviour.perturbations.given import Changed

MOST_TRIES = 20


def exchanged(text: str, spans: Sequence[Span], other: Callable[[str], str]) -> Changed | None:
    """Return the text with something else at each span, and nowhere else; None without spans.

    Args:
        text: the whole.
        spans: where the text names something.
        other: what can come in place of it; the same becomes the same.
    """
    if not spans:
        return None
    named = [text[slice(*span)] for span in spans]
    swaps = distinct(dict.fromkeys(named), other)
    new = dict(swaps)
    parts = [(span, new[old]) for span, old in zip(spans, named, strict=True)]
    return Changed(spliced(text, parts), swaps)


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
