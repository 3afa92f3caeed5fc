"""Numbers: others of the same length; figures inside of codes, dates, times and addresses stay."""

import re
from collections.abc import Iterator

from tunesmith.behaviour.perturbations.free import Span, free
from tunesmith.behaviour.perturbations.given import Changed, Given
from tunesmith.behaviour.perturbations.mentions import mention
from tunesmith.behaviour.perturbations.swapping import exchanged

PIECE = re.compile(r"(?<![!-~])[!-~]*\d[!-~]*")  # what a number could be a part of
PLAIN = re.compile(r"[\"'(#]*(\d+)[\"').,;:!?]*")
YEAR = re.compile(r"(?:19|20)\d\d")
FIRST = "123456789"


def numbers(text: str, given: Given) -> Changed | None:
    """Return the text with other numbers of as many figures, the same for the same.

    `B-17`, `12.5`, `9:30`, `3月` and addresses are no plain numbers and stay; of a year only the
    last figure changes. See `Perturbation`.

    Source: "change numbers" of CheckList, https://aclanthology.org/2020.acl-main.442, which moves
    them by up to a fifth; the same length and what stays are ours.
    """
    return exchanged(text, list(_plain(text, given)), lambda old: _other(old, given))


def _plain(text: str, given: Given) -> Iterator[Span]:
    """Yield where a plain number stands that may change."""
    for piece in free(PIECE.finditer(text), text, given.keep, stays=None):
        plain = PLAIN.fullmatch(piece[0])
        if plain is None:
            continue
        start, end = piece.start() + plain.start(1), piece.start() + plain.end(1)
        if re.compile(mention(plain[1])).match(text, start):
            yield start, end


def _other(old: str, given: Given) -> str:
    """Return another number of the same length, not 1, which would want a singular."""
    fixed = 3 if YEAR.fullmatch(old) else 0
    while True:
        digits = given.rng.integers(10, size=len(old) - fixed).tolist()
        new = old[:fixed] + "".join(map(str, digits))
        if new != old and (new[0] in FIRST or old[0] == "0") and new != "1":
            return new
