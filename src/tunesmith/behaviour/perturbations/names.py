"""Names: another person asks; names are those of our own lists and those that a text introduces."""

import re

from tunesmith.behaviour.perturbations.free import stays
from tunesmith.behaviour.perturbations.given import Changed, Given
from tunesmith.behaviour.perturbations.swapping import distinct, other_of, swapped
from tunesmith.behaviour.perturbations.words import FIRST_NAMES, GIVEN_NAMES, LAST_NAMES, SURNAMES

ENGLISH = re.compile(
    rf"\b({'|'.join(FIRST_NAMES)})(?: ({'|'.join(LAST_NAMES)}))?\b"
    r"(?!['’]?[a-rt-z])(?! (?:Road|Street))"
)
LONGEST_FIRST = sorted(GIVEN_NAMES, key=len, reverse=True)
CHINESE = re.compile(rf"([{''.join(SURNAMES)}])({'|'.join(LONGEST_FIRST)})(?!·)")


def names(text: str, given: Given) -> Changed | None:
    """Return the text with other names of persons, the same for the same; see `Perturbation`.

    Only names of the lists are found: a first name with or without a last name, and a Chinese
    surname with a given name.
    """
    pattern = {"en": ENGLISH, "zh": CHINESE}.get(given.lang)
    found = {
        match[0]: match
        for match in (pattern.finditer(text) if pattern else ())
        if not stays(text, *match.span(), given.keep)
    }
    if not found:
        return None
    other = _chinese if given.lang == "zh" else _english
    swaps = distinct(found, lambda old: other(found[old], given))
    return Changed(swapped(text, swaps), swaps)


def _english(match: re.Match[str], given: Given) -> str:
    """Return another first name, with another last name where there was one."""
    first = other_of(FIRST_NAMES, match[1], given.rng)
    return f"{first} {other_of(LAST_NAMES, match[2], given.rng)}" if match[2] else first


def _chinese(match: re.Match[str], given: Given) -> str:
    """Return another surname and another given name of as many characters."""
    same_length = [name for name in GIVEN_NAMES if len(name) == len(match[2])]
    return other_of(SURNAMES, match[1], given.rng) + other_of(same_length, match[2], given.rng)
