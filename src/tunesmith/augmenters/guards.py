"""What a made row must keep to; each guard that it fails has a name that is counted."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from tunesmith.augmenters.facts import lost, names
from tunesmith.augmenters.protect import SAME_STEM_CHARS
from tunesmith.rows import Row
from tunesmith.text.leaks import leaks
from tunesmith.text.negation import negations
from tunesmith.text.numbers import numbers
from tunesmith.text.script import script_language


class Band(NamedTuple):
    """How alike a changed text and its source must be, and may be: 1 is equal."""

    low: float
    high: float


def broken_guard(
    source: str, made: str | None, band: Band, protect: Sequence[str] = (), label: str = ""
) -> str | None:
    """Return the guard that a changed text breaks, or None.

    Args:
        source: the text as it was.
        made: the text as it is now; None when nothing could be changed.
        band: the similarity, of characters in order.
        protect: phrases that must stay.
        label: of a classification row; its words must stay.
    """
    from rapidfuzz.distance import Indel

    if made is None or made == source:
        return "nothing_to_change"
    alike = Indel.normalized_similarity(source, made)
    if alike < band.low:
        return "too_different"
    if alike > band.high:
        return "too_similar"
    return _broken_fact(source, made, protect, label)


def _broken_fact(source: str, made: str, protect: Sequence[str], label: str) -> str | None:
    """Return what the source says and the made text does not, or the other way round."""
    if numbers(made) != numbers(source):
        return "numbers_changed"
    if negations(made) != negations(source):
        return "negation_changed"
    if lost(source, made, names(source)):
        return "name_lost"
    if lost(source, made, protect):
        return "protected_word_lost"
    if lost(source, made, label_stems(label)):
        return "label_word_lost"
    lang = script_language(source)
    return "language_changed" if lang in {"en", "zh"} and script_language(made) != lang else None


def label_stems(label: str) -> list[str]:
    """Return the beginnings of a label's words; the whole label where it is no Latin text."""
    words = re.findall(r"[A-Za-z]{3,}", label)
    return [word[:SAME_STEM_CHARS] for word in words] or ([label] if label.strip() else [])


def held_out_twins(
    rows: list[Row], held_out: list[Row], similarity: float, seed: int
) -> dict[int, Row]:
    """Return, by position, the rows that repeat a validation, test or ood row, with that row."""
    return {leak.left: held_out[leak.right] for leak in leaks(rows, held_out, similarity, seed)}
