"""Finds rows that ask what a held-out row asks: training on them would answer the exam."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tunesmith.rows import Row, prompt_text, text_of
from tunesmith.text.differences import same_facts
from tunesmith.text.near_duplicates import near_pairs_between
from tunesmith.text.normalise import folded, squeezed


class Leak(NamedTuple):
    """A row of `left` and the row of `right` that it repeats, both by position."""

    left: int
    right: int
    score: float


def leaks(
    left: Sequence[Row],
    right: Sequence[Row],
    similarity: float,
    seed: int = 0,
    short_left: int | None = None,
) -> list[Leak]:
    """Return each row of `left` that repeats one of `right`, with the most alike, in order.

    It does when the prompts are equal in normal form, whatever the answers, or when both the
    prompts and the whole texts are at least `similarity` alike (0.5 to 1). The prompts must name
    the same facts (`same_facts`): two orders, or two towns, make two questions. Asking for the
    whole text as well keeps apart questions of one pattern, asking for the prompt those that
    share a long set answer. `short_left` is for a part of the left rows: see `near_pairs_between`.
    """
    if not left or not right:
        return []
    best: dict[int, Leak] = {}
    for leak in [*_equal(left, right), *_near(left, right, similarity, seed, short_left)]:
        if leak.left not in best or leak.score > best[leak.left].score:
            best[leak.left] = leak
    return [best[position] for position in sorted(best)]


def _equal(left: Sequence[Row], right: Sequence[Row]) -> Iterator[Leak]:
    """Yield rows whose prompts are equal but for case, spaces and punctuation."""
    first: dict[str, int] = {}
    for position, row in enumerate(right):
        first.setdefault(squeezed(prompt_text(row)), position)
    for position, row in enumerate(left):
        key = squeezed(prompt_text(row))
        if key and key in first:
            yield Leak(position, first[key], 1.0)


def _near(
    left: Sequence[Row],
    right: Sequence[Row],
    similarity: float,
    seed: int,
    short_left: int | None,
) -> Iterator[Leak]:
    """Yield rows whose whole text and prompt are alike and name the same facts."""
    from rapidfuzz.distance import Indel

    texts, others = [text_of(row) for row in left], [text_of(row) for row in right]
    for i, j, score in near_pairs_between(texts, others, similarity, seed, short_left):
        asked, known = prompt_text(left[i]), prompt_text(right[j])
        alike = Indel.normalized_similarity(folded(asked), folded(known))
        if alike >= similarity and same_facts(asked, known):
            yield Leak(i, j, score)
