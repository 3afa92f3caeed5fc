"""What a made row must keep to; each guard that it fails has a name that is counted."""

from typing import TYPE_CHECKING

from tunesmith.rows import Row
from tunesmith.text.leaks import leaks
from tunesmith.text.numbers import numbers

if TYPE_CHECKING:
    from tunesmith.augmenters import AugmentParams


def broken_guard(source: str, made: str | None, params: "AugmentParams") -> str | None:
    """Return the guard that a changed message breaks, or None.

    Args:
        source: the message as it was.
        made: the message as it is now; None when nothing could be changed.
        params: the band that its similarity must lie in, 1 for an equal text.
    """
    from rapidfuzz.distance import Indel

    if made is None or made == source:
        return "nothing_to_change"
    alike = Indel.normalized_similarity(source, made)
    if alike < params.min_similarity:
        return "too_different"
    if alike > params.max_similarity:
        return "too_similar"
    return None if numbers(made) == numbers(source) else "numbers_changed"


def held_out_twins(
    rows: list[Row], held_out: list[Row], similarity: float, seed: int
) -> dict[int, Row]:
    """Return, by position, the rows that repeat a validation or test row, with that row."""
    return {leak.left: held_out[leak.right] for leak in leaks(rows, held_out, similarity, seed)}
