"""Places: another town."""

import re

from tunesmith.behaviour.perturbations.free import free
from tunesmith.behaviour.perturbations.given import Changed, Given
from tunesmith.behaviour.perturbations.mentions import mention
from tunesmith.behaviour.perturbations.swapping import exchanged, other_of
from tunesmith.behaviour.perturbations.words import PLACES_EN, PLACES_ZH


def _any_of(towns: tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern for a mention of any of the towns, the longest first."""
    initials = "".join(sorted({town[0] for town in towns}))  # most characters are none: much faster
    longest_first = sorted(towns, key=len, reverse=True)
    return re.compile(f"(?=[{initials}])(?:{'|'.join(map(mention, longest_first))})")


LISTS = {"en": (_any_of(PLACES_EN), PLACES_EN), "zh": (_any_of(PLACES_ZH), PLACES_ZH)}


def places(text: str, given: Given) -> Changed | None:
    """Return the text with other towns, the same for the same; see `Perturbation`.

    Source: "change location" of CheckList, https://aclanthology.org/2020.acl-main.442; the lists
    of towns are ours.
    """
    if given.lang not in LISTS:
        return None
    pattern, towns = LISTS[given.lang]
    spans = [match.span() for match in free(pattern.finditer(text), text, given.keep)]
    return exchanged(text, spans, lambda old: other_of(towns, old, given.rng))
