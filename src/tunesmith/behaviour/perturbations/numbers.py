"""Numbers: others of the same length; figures inside of codes, dates, times and addresses stay."""

import re

from tunesmith.behaviour.perturbations.given import Changed, Given
from tunesmith.behaviour.perturbations.swapping import distinct, swapped

PIECE = re.compile(r"[!-~]*\d[!-~]*")  # what a number could be a part of
PLAIN = re.compile(r"[\"'(#]*(\d+)[\"').,;:!?]*")
YEAR = re.compile(r"(?:19|20)\d\d")
OF_A_DATE = re.compile(r"\s*(?:[年月日点时分]|(?:am|pm|o'clock)\b)", re.IGNORECASE)
FIRST = "123456789"


def numbers(text: str, given: Given) -> Changed | None:
    """Return the text with other numbers of as many figures, the same for the same.

    `B-17`, `12.5`, `9:30`, `3月` and addresses are no plain numbers and stay; of a year only the
    last figure changes. See `Perturbation`.
    """
    kept = [span for phrase in given.keep for span in _spans(text, phrase)]
    found: dict[str, None] = {}
    for piece in PIECE.finditer(text):
        plain = PLAIN.fullmatch(piece[0])
        if plain is None:
            continue
        start, end = piece.start() + plain.start(1), piece.start() + plain.end(1)
        if OF_A_DATE.match(text, end) or text[:start].endswith("月"):
            continue
        if not any(low <= start < high for low, high in kept):
            found[plain[1]] = None
    swaps = distinct(found, lambda old: _other(old, given))
    return Changed(swapped(text, swaps), swaps) if swaps else None


def _spans(text: str, phrase: str) -> list[tuple[int, int]]:
    """Return where a phrase stands."""
    return [match.span() for match in re.finditer(re.escape(phrase), text, re.IGNORECASE)]


def _other(old: str, given: Given) -> str:
    """Return another number of the same length, not 1, which would want a singular."""
    fixed = 3 if YEAR.fullmatch(old) else 0
    while True:
        digits = given.rng.integers(10, size=len(old) - fixed).tolist()
        new = old[:fixed] + "".join(map(str, digits))
        if new != old and (new[0] in FIRST or old[0] == "0") and new != "1":
            return new
