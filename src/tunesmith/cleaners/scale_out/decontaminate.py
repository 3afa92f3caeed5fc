"""Decontamination by a broadcast: every worker gets the held-out rows and the evaluation sets."""

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

from tunesmith.cleaners.base import Verdicts
from tunesmith.cleaners.held_out import Comparison, HeldOut, HeldQuestions
from tunesmith.cleaners.scale_out.part import Part
from tunesmith.cleaners.scale_out.spread import Future, Spread
from tunesmith.rows import Row
from tunesmith.text.near_duplicates import short_forms

if TYPE_CHECKING:
    from tunesmith.cleaners.decontaminate import Decontaminate


def spread_decontaminate(cleaner: "Decontaminate", rows: Spread) -> list[Future]:
    """Return the verdicts of each partition, one comparison after the other."""
    verdicts = rows.each(_none, rows.parts)
    for comparison in _comparisons(cleaner, rows):
        same = [comparison] * len(rows.parts)
        short = rows.one(_distinct, rows.each(_short, same, rows.parts, verdicts))
        shorts = [short] * len(rows.parts)
        verdicts = rows.each(_judged, same, rows.parts, verdicts, shorts, seed=rows.seed)
    return verdicts


def _comparisons(cleaner: "Decontaminate", rows: Spread) -> list[Future]:
    """Return what rows are compared with, on the workers; evaluation sets are read here."""
    comparisons = cleaner.comparisons(())
    questions = [one for one in comparisons if isinstance(one, HeldQuestions)]
    held_out = rows.one(_held_out, rows.each(_set_apart, rows.parts), cleaner=cleaner)
    sides = [one for one in comparisons if isinstance(one, HeldOut)]
    return [
        *(rows.one(_piece, held_out, number) for number in range(len(sides))),
        *(rows.client.scatter(one) for one in questions),
    ]


def _set_apart(part: Part) -> list[Row]:
    """Return the rows of a partition that were set apart."""
    from tunesmith.cleaners.decontaminate import HELD_OUT

    return [row for row in part.rows() if row["split"] in HELD_OUT]


def _held_out(rows: Sequence[list[Row]], cleaner: "Decontaminate") -> list[Comparison]:
    """Return the comparisons with the rows that were set apart anywhere."""
    sides = cleaner.model_copy(update={"against": ()})
    return sides.comparisons(chain.from_iterable(rows))


def _piece(comparisons: list[Comparison], number: int) -> Comparison:
    """Return one of the comparisons."""
    return comparisons[number]


def _none(part: Part) -> Verdicts:
    """Return no verdict about any row."""
    return [None] * len(part.places)


def _short(comparison: Comparison, part: Part, verdicts: Verdicts) -> set[str]:
    """Return the short texts of a partition, if there are short ones to compare them with."""
    if not short_forms(comparison.known_texts()):
        return set()
    return short_forms(comparison.texts(part.rows(), verdicts))


def _distinct(short: Sequence[set[str]]) -> int:
    """Return how many short texts there are in all."""
    return len(set().union(*short))


def _judged(
    comparison: Comparison, part: Part, verdicts: Verdicts, short: int, seed: int
) -> Verdicts:
    """Return the verdicts with those of one comparison more."""
    verdicts = list(verdicts)
    comparison.judge(part.rows(), verdicts, seed, short)
    return verdicts
