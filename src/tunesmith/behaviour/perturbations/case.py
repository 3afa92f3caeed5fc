"""Case: a text in small letters, or shouted."""

from collections.abc import Callable

from tunesmith.behaviour.perturbations.free import WORD, stays
from tunesmith.behaviour.perturbations.given import Changed, Given


def case(text: str, given: Given) -> Changed | None:
    """Return an English text in small letters or capitals; see `Perturbation`.

    Codes, addresses and phrases to keep are left alone.
    """
    if given.lang != "en":
        return None
    made = [
        one for one in (_all(text, given, how) for how in (str.lower, str.upper)) if one != text
    ]
    return Changed(made[given.rng.integers(len(made))]) if made else None


def _all(text: str, given: Given, how: Callable[[str], str]) -> str:
    """Return the text with every word that may change in the same case."""
    return WORD.sub(
        lambda m: m[0] if stays(text, m.start(), m.end(), given.keep) else how(m[0]), text
    )
