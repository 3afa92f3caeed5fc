"""Ratings as preference pairs: the answer that most people chose, and the other."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from tunesmith.human.comparison import Comparison
from tunesmith.human.rating import Rating
from tunesmith.human.standing import Standing
from tunesmith.rows import prompt_of

NEITHER = "most people chose neither"
NO_MAJORITY = "no majority"
IDENTICAL = "both answers are the same"
EMPTY = "the better answer is empty"


class Pairs(NamedTuple):
    """Preference rows in the order of the test rows, and why the others are none: reason → rows."""

    rows: list[dict[str, Any]]
    left_out: dict[str, int]


def preference_pairs(found: Standing) -> Pairs:
    """Return a pair for each row on whose better answer more than half of its people agree."""
    rows: list[dict[str, Any]] = []
    left_out: Counter[str] = Counter()
    for row, comparison in found.comparisons.items():
        made = _pair(comparison, found.of_row(row))
        if isinstance(made, str):
            left_out[made] += 1
        else:
            rows.append(made)
    return Pairs(rows, dict(sorted(left_out.items())))


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
    return _row(comparison, chosen, rejected) | {
        "annotators": len(ratings),
        "margin": (most - against) / len(ratings),
        "chosen_model": winner,
    }


def _row(comparison: Comparison, chosen: str, rejected: str) -> dict[str, Any]:
    """Return the two answers as a row that stage collect reads."""
    row = comparison.row
    beside = {
        name: row[name] for name in ("lang", "licence", "group", "tools") if row[name] is not None
    }
    return {
        **beside,
        "task": "preference",
        "prompt": prompt_of(row),
        "chosen": [{"role": "assistant", "content": chosen}],
        "rejected": [{"role": "assistant", "content": rejected}],
        "parent": row["id"],
        "op": "human",
    }
