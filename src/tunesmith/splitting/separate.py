"""Takes out of train what is held out elsewhere: the same group or the same question."""

from collections.abc import Sequence
from typing import NamedTuple

from tunesmith.rows import Row
from tunesmith.text.leaks import leaks

RANK = {"train": 0, "validation": 1, "test": 2, "ood": 2}  # the lower side gives way


class Drop(NamedTuple):
    """Why a row, by position, may not stay on its side."""

    place: int
    reason: str
    detail: str


def separate(rows: Sequence[Row], sides: Sequence[str], similarity: float, seed: int) -> list[Drop]:
    """Return the rows to drop so that no group and no question is on two sides, in order.

    Train gives way to validation, test and every out-of-distribution set; validation to the last
    two, which may repeat each other: both are only measured. A row gives way to a dropped one too,
    so that a row once dropped never comes back when others are added. What is compared are pairs,
    not chains of pairs: rows made from one pattern often form a single chain, which would drag the
    whole pattern to one side.
    """
    kinds = [side.partition(":")[0] for side in sides]
    drops: dict[int, Drop] = {}
    for side in ("test", "ood", "validation"):
        held = [i for i, own in enumerate(kinds) if own == side]
        lower = [i for i, own in enumerate(kinds) if RANK[own] < RANK[side] and i not in drops]
        for drop in [
            *_of_one_group(rows, lower, held, side),
            *_near(rows, lower, held, side, similarity, seed),
        ]:
            drops.setdefault(drop.place, drop)
    return [drops[place] for place in sorted(drops)]


def _of_one_group(rows: Sequence[Row], lower: list[int], held: list[int], side: str) -> list[Drop]:
    """Return the rows whose group has a held-out row."""
    groups = {rows[i]["group"]: i for i in reversed(held) if rows[i]["group"] is not None}
    found = [(i, groups[rows[i]["group"]]) for i in lower if rows[i]["group"] in groups]
    return [Drop(i, f"group_in_{side}", f"{_name(rows[other])}") for i, other in found]


def _near(
    rows: Sequence[Row],
    lower: list[int],
    held: list[int],
    side: str,
    similarity: float,
    seed: int,
) -> list[Drop]:
    """Return the rows that ask what a held-out row asks."""
    left, right = [rows[i] for i in lower], [rows[i] for i in held]
    return [
        Drop(lower[i], f"repeats_{side}", f"{_name(right[j])} ({score:.3f})")
        for i, j, score in leaks(left, right, similarity, seed)
    ]


def _name(row: Row) -> str:
    """Return where a row came from, or its id."""
    return str(row["source"] or row["id"])
