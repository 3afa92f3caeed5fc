"""Normal forms of many texts at once: what `folded` returns, several times as fast."""

from collections.abc import Iterator, Sequence

import numpy as np

from tunesmith.text.code_points import (
    Chunk,
    Codes,
    Ints,
    Marks,
    any_of,
    chunks,
    codes_of,
    marks_by,
)
from tunesmith.text.normalise import folded, squeezed

SIGNS = frozenset("-*/.,:^")  # what stays between figures; a hyphen before one, after a space
SPACE, SIGN, FIGURE, UNKNOWN, HYPHEN, BRACKET = 1, 2, 4, 8, 16, 32
LINE_FEED, BLANK = 10, 32
FEW_STEPS = 4  # most signs and figures have fewer spaces between them


def folded_each(texts: Sequence[str]) -> Iterator[str]:
    """Yield `folded` of each text.

    Texts of ASCII, Chinese and common quotes are looked up character by character; the others,
    and those of nothing but punctuation, go through `folded`.
    """
    for chunk in chunks(texts):
        codes, known = _looked_up(chunk)
        for text, form, sure in zip(chunk.texts, _split(_single_spaces(codes)), known, strict=True):
            yield (sure and form) or folded(text)


def squeezed_each(texts: Sequence[str]) -> Iterator[str]:
    """Yield `squeezed` of each text: its normal form without any space."""
    for chunk in chunks(texts):
        codes, known = _looked_up(chunk)
        for text, form, sure in zip(chunk.texts, _split(codes[codes != BLANK]), known, strict=True):
            yield (sure and form) or squeezed(text)


def _looked_up(chunk: Chunk) -> tuple[Codes, list[bool]]:
    """Return the characters that stay, a line feed after each text, and which texts are sure."""
    codes = codes_of(chunk.codes, _folded_char, BLANK)
    marks = marks_by(chunk.codes, _mark, UNKNOWN)
    marks[chunk.ends] = 0
    _keep_signs(codes, chunk, marks)
    codes[chunk.ends] = LINE_FEED  # no other is left: inside a text it became a space
    known: list[bool] = (any_of(marks, chunk.ends) & UNKNOWN == 0).tolist()
    return codes[codes > 0], known


def _split(codes: Codes) -> list[str]:
    """Return the texts that end with a line feed."""
    return codes.tobytes().decode("utf-16-le").split("\n")[:-1]


def _single_spaces(codes: Codes) -> Codes:
    """Leave one space of each run, and none at the edges of a text."""
    blank, gap = codes == BLANK, codes <= BLANK  # nothing else is left below a space
    blank[1:] &= gap[:-1]
    single = codes[~blank]
    last = (single[:-1] == BLANK) & (single[1:] == LINE_FEED)
    once: Codes = single[np.append(~last, True)]
    return once


def _keep_signs(codes: Codes, chunk: Chunk, marks: Marks) -> None:
    """Put back the signs between figures, without the spaces around, and those of numbers."""
    figure, sign = _solid_before(np.flatnonzero(marks == FIGURE), marks)
    figure, sign = (places[marks[sign] & SIGN > 0] for places in (figure, sign))
    beside, before = _solid_before(sign, marks)
    joins = np.isin(sign, beside[marks[before] == FIGURE])
    for start, stop in (
        (before[marks[before] == FIGURE], sign[joins]),
        (sign[joins], figure[joins]),
    ):
        gaps = stop > start + 1
        for first, end in zip(start[gaps] + 1, stop[gaps], strict=True):
            codes[first:end] = 0
    free = (sign == 0) | (marks[sign - 1] & (SPACE | BRACKET) > 0)
    free |= np.isin(sign - 1, chunk.ends)
    number = (marks[sign] & HYPHEN > 0) & (figure == sign + 1) & free
    kept = sign[joins | number]
    codes[kept] = codes_of(chunk.codes[kept], _narrow, 0)


def _solid_before(places: Ints, marks: Marks) -> tuple[Ints, Ints]:
    """Return the places before which something else than spaces stands, and where that is.

    The end of a text is no space, so nothing is looked for in the text before.
    """
    before = places - 1
    for _ in range(FEW_STEPS):
        before -= (before >= 0) & (marks[before] == SPACE)
    if (spaces := (before >= 0) & (marks[before] == SPACE)).any():
        solid = np.flatnonzero(marks != SPACE)
        nearest = np.searchsorted(solid, before[spaces]) - 1
        before[spaces] = np.where(nearest >= 0, solid[nearest], -1)
    return places[before >= 0], before[before >= 0]


def _folded_char(char: str) -> int:
    """Return the code of a folded character, 0 if nothing is left of it."""
    form = folded(f"a{char}a")
    return ord(form[1]) if len(form) == 3 else 0


def _narrow(char: str) -> int:
    """Return the code of a sign as it stays."""
    return ord(folded(char)) if folded(char) in SIGNS else 0


def _mark(char: str) -> int:
    """Return what a character means beside a figure."""
    plain = folded(char)
    if char.isspace():
        return SPACE
    if plain in SIGNS:
        return SIGN | HYPHEN if plain == "-" else SIGN
    if plain == "(":
        return BRACKET
    return FIGURE if plain.isdecimal() else 0
