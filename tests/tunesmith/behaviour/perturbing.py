"""Perturbs single texts, for the tests of this folder."""

import numpy as np

from tunesmith.behaviour.perturbations import PERTURBATIONS
from tunesmith.behaviour.perturbations.given import Changed, Given


def lang_of(text: str) -> str:
    """Return the language of a text of the tests."""
    return "en" if text.isascii() else "zh"


def changed(
    name: str, text: str, lang: str, seed: int = 0, answer: str = "", keep: tuple[str, ...] = ()
) -> Changed | None:
    """Return what a perturbation makes of a text."""
    given = Given(lang, np.random.default_rng(seed), answer, keep)
    return PERTURBATIONS[name](text, given)


def all_of(name: str, text: str, lang: str, **more: object) -> set[str]:
    """Return what many seeds make."""
    made = [changed(name, text, lang, seed, **more) for seed in range(40)]  # type: ignore[arg-type]
    return {one.text for one in made if one}
