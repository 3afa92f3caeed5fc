"""Places: another town."""

import re

from tunesmith.behaviour.perturbations.free import stays
from tunesmith.behaviour.perturbations.given import Changed, Given
from tunesmith.behaviour.perturbations.swapping import distinct, other_of, swapped
from tunesmith.behaviour.perturbations.words import PLACES_EN, PLACES_ZH

LISTS = {
    "en": (re.compile(rf"\b(?:{'|'.join(PLACES_EN)})\b"), PLACES_EN),
    "zh": (re.compile("|".join(sorted(PLACES_ZH, key=len, reverse=True))), PLACES_ZH),
}


def places(text: str, given: Given) -> Changed | None:
    """Return the text with other towns, the same for the same; see `Perturbation`."""
    if given.lang not in LISTS:
        return None
    pattern, towns = LISTS[given.lang]
    found = dict.fromkeys(
        match[0] for match in pattern.finditer(text) if not stays(text, *match.span(), given.keep)
    )
    if not found:
        return None
    swaps = distinct(found, lambda old: other_of(towns, old, given.rng))
    return Changed(swapped(text, swaps), swaps)
