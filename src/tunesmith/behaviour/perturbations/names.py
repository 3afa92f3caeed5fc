"""Names: another person asks; names are those of our own lists and those that a text introduces."""

import re

from tunesmith.behaviour.perturbations.free import free
from tunesmith.behaviour.perturbations.given import Changed, Given
from tunesmith.behaviour.perturbations.mentions import NAME_ENDS, NO_ROAD
from tunesmith.behaviour.perturbations.swapping import exchanged, other_of
from tunesmith.behaviour.perturbations.words import FIRST_NAMES, GIVEN_NAMES, LAST_NAMES, SURNAMES

ENGLISH = re.compile(
    rf"\b({'|'.join(FIRST_NAMES)})(?: ({'|'.join(LAST_NAMES)}))?\b(?!['’]?[a-rt-z]){NO_ROAD}"
)
LONGEST_FIRST = sorted(GIVEN_NAMES, key=len, reverse=True)
GIVEN = "|".join(name + NAME_ENDS.get(name, "") for name in LONGEST_FIRST)
CHINESE = re.compile(rf"([{''.join(SURNAMES)}])({GIVEN})(?!·)")


def names(text: str, given: Given) -> Changed | None:
    """Return the text with other names of persons, the same for the same; see `Perturbation`.

    Only names of the lists are found: a first name with or without a last name, and a Chinese
    surname with a given name.

    Source: "change names" of CheckList, https://aclanthology.org/2020.acl-main.442; the lists of
    names are ours.
    """
    pattern = {"en": ENGLISH, "zh": CHINESE}.get(given.lang)
    if pattern is None:
        return None
    matches = {match.span(): match for match in free(pattern.finditer(text), text, given.keep)}
    first = {match[0]: match for match in matches.values()}
    other = _chinese if given.lang == "zh" else _english
    return exchanged(text, list(matches), lambda old: other(first[old], given))


def _english(match: re.Match[str], given: Given) -> str:
    """Return another first name, with another last name where there was one."""
    first = other_of(FIRST_NAMES, match[1], given.rng)
    return f"{first} {other_of(LAST_NAMES, match[2], given.rng)}" if match[2] else first


def _chinese(match: re.Match[str], given: Given) -> str:
    """Return another surname and another given name of as many characters."""
    same_length = [name for name in GIVEN_NAMES if len(name) == len(match[2])]
    return other_of(SURNAMES, match[1], given.rng) + other_of(same_length, match[2], given.rng)
