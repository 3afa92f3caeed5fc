"""Ratings as preference pairs: the answer that most people chose, and the other."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from tunesmith.human.comparison import Comparison
from tunesmith.human.rating import Rating
from tunesmith.human.standing import Standing
from tunesmith.pairs.pair import Pairs, pair_of, sorted_out

NEITHER = "most people chose neither"
NO_MAJORITY = "no majority"
IDENTICAL = "both answers are the same"
EMPTY = "the better answer is empty"


def preference_pairs(found: Standing) -> Pairs:
    """Return a pair for each row on whose better answer more than half of its people agree."""
    return sorted_out(_pair(one, found.of_row(row)) for row, one in found.comparisons.items())


def _pair(comparison: Comparison, ratings: Sequence[Rating]) -> dict[str, Any] | str:
    """Return the pair of one row, or why there is none."""
    if comparison.identical:
        return IDENTICAL
    votes = Counter(one.preferred for one in ratings)
    winner, most = votes.most_common(1)[0]
    if 2 * most <= len(ratings):
        return NO_MAJORITY
    if winner is None:
        return NEITHER
    place = comparison.models.index(winner)
    chosen, rejected = comparison.answers[place], comparison.answers[1 - place]
    if not chosen.strip():
        return EMPTY
    against = votes[comparison.models[1 - place]]
    beside = {
        "annotators": len(ratings),
        "margin": (most - against) / len(ratings),
        "chosen_model": winner,
    }
    return pair_of(comparison.row, chosen, rejected, "human", **beside)
