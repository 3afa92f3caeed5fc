"""Case: a text in small letters, or shouted."""

from collections.abc import Callable

from tunesmith.behaviour.perturbations.free import WORD, free, spliced
from tunesmith.behaviour.perturbations.given import Changed, Given


def case(text: str, given: Given) -> Changed | None:
    """Return an English text in small letters or capitals; see `Perturbation`.

    Codes, addresses and phrases to keep are left alone.

    Source: "lower case" of HELM's robustness, https://arxiv.org/abs/2211.09110; capitals are ours.
    """
    if given.lang != "en":
        return None
    made = [
        one for one in (_all(text, given, how) for how in (str.lower, str.upper)) if one != text
    ]
    return Changed(made[given.rng.integers(len(made))]) if made else None


def _all(text: str, given: Given, how: Callable[[str], str]) -> str:
    """Return the text with every word that may change in the same case."""
    words = free(WORD.finditer(text), text, given.keep)
    return spliced(text, [(match.span(), how(match[0])) for match in words])
