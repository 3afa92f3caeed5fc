"""What may fill a slot of a frame: values of rows that have them in such a slot."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tunesmith.augmenters.tokens import tokenise
from tunesmith.proposals.asked import Asked, is_alike, lang_of
from tunesmith.proposals.frames import FIGURES, Frame
from tunesmith.proposals.swaps import occurrences

CODE = re.compile(r"([A-Za-z]+)(\d+)")


class Value(NamedTuple):
    """What fills a slot, and the ids of the rows that have it, or its parts."""

    text: str
    rows: tuple[str, ...]


def fillings(
    frame: Frame, slot: int, others: Sequence[Frame], train: Sequence[Asked]
) -> list[Value]:
    """Return what may fill a copied slot, each once.

    Those are its own values and those of a slot of the same kind and language: as each of its own
    begins, one there begins, and as each ends, one there ends. Of figures it is any of so many
    digits that a row copies from its question into its answer; of codes (`SPRING20`), the letters
    of any code of the file with any such figures.

    Args:
        frame: whose slot.
        slot: its place.
        others: frames of all languages; of other files they do not count.
        train: rows of the language.
    """
    own = list(_values(frame, slot))
    texts = [one.text for one in own]
    alike = [one for one in train if is_alike(frame.row, one.row)]
    near = [one for one in others if is_alike(frame.row, one.row)]
    if all(FIGURES.fullmatch(text) for text in texts):
        found = [*own, *_figures(texts, alike)]
    elif all(CODE.fullmatch(text) for text in texts):
        found = [*own, *_codes(own, near, alike)]
    else:
        same = [one for one in near if lang_of(one.row) == lang_of(frame.row)]
        found = [*own, *_of_kind(texts, same)]
    return list({one.text: one for one in reversed(found)}.values())[::-1]


def _values(frame: Frame, slot: int) -> Iterator[Value]:
    """Yield the values that a slot has."""
    for one in frame.members:
        yield Value(one.values[slot], (one.asked.row["id"],))


def _of_kind(own: Sequence[str], others: Sequence[Frame]) -> Iterator[Value]:
    """Yield the values of the slots of the same kind."""
    first, last = {tokenise(text)[0] for text in own}, {tokenise(text)[-1] for text in own}
    for frame in others:
        for slot in frame.copied:
            found = list(_values(frame, slot))
            tokens = [tokenise(one.text) for one in found]
            if first <= {one[0] for one in tokens} and last <= {one[-1] for one in tokens}:
                yield from found


def _figures(own: Sequence[str], train: Sequence[Asked]) -> Iterator[Value]:
    """Yield figures of as many digits as the own ones that rows copy."""
    sizes = {len(text) for text in own}
    for one in train:
        for text in FIGURES.findall(one.answer):
            if len(text) in sizes and occurrences(one.question, text) == 1:
                yield Value(text, (one.row["id"],))


def _codes(
    own: Sequence[Value], others: Sequence[Frame], train: Sequence[Asked]
) -> Iterator[Value]:
    """Yield the letters of any code with the figures of another, or with those that rows copy."""
    figures = [Value(match[2], one.rows) for one in own if (match := CODE.fullmatch(one.text))]
    figures += _figures([one.text for one in figures], train)
    letters = {match[1]: one.rows for one in own if (match := CODE.fullmatch(one.text))}
    for frame in others:
        for slot in frame.copied:
            codes = [(CODE.fullmatch(one.text), one.rows) for one in _values(frame, slot)]
            if all(match for match, _ in codes):
                letters |= {match[1]: rows for match, rows in codes if match}
    for text, rows in letters.items():
        for one in figures:
            yield Value(text + one.text, tuple(dict.fromkeys((*rows, *one.rows))))
