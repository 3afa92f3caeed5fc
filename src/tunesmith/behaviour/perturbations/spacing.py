"""Spacing: double spaces, a space left out after a mark; in Chinese a space between characters."""

import re
from collections.abc import Iterator

from tunesmith.behaviour.perturbations.free import Span, free, free_han, spliced
from tunesmith.behaviour.perturbations.given import Changed, Given

GAP = re.compile(r"(?<=[^\W\d_]) (?=\w)|(?<=[,.!?;]) (?=[A-Za-z])")
Change = tuple[Span, str]  # what comes where


def spacing(text: str, given: Given) -> Changed | None:
    """Return the text with one space more or less, where it parts no word; see `Perturbation`.

    Source: "extra spaces" of HELM's robustness, https://arxiv.org/abs/2211.09110; spaces between
    Chinese characters and missing ones are ours.
    """
    made: list[Change] = [((0, 0), "  "), ((len(text), len(text)), " \n")]
    made += _between_han(text, given) if given.lang == "zh" else _between_words(text, given)
    return Changed(spliced(text, [made[given.rng.integers(len(made))]]))


def _between_words(text: str, given: Given) -> Iterator[Change]:
    """Yield a space more between words, and one less after a mark."""
    for match in free(GAP.finditer(text), text, given.keep):
        after_mark = not text[match.start() - 1].isalpha()
        yield match.span(), "" if after_mark else "  "


def _between_han(text: str, given: Given) -> Iterator[Change]:
    """Yield a space between two Chinese characters that may change."""
    places = set(free_han(text, given))
    return (((k, k), " ") for k in sorted(places) if k - 1 in places)
