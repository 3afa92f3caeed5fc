"""Puts the parts together: sides, what gives way, and the counts of it all."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from tunesmith.diversity import diversity
from tunesmith.rows import Row, prompt_text
from tunesmith.sets import OOD
from tunesmith.splitting import SplitParams
from tunesmith.splitting.assign import SIDES, assign, is_ood, unit_of
from tunesmith.splitting.separate import Drop, separate


@dataclass(frozen=True)
class Splits:
    """The rows of each side and the rows that fit none, each in the order they came."""

    train: list[Row]
    validation: list[Row]
    test: list[Row]
    ood: list[Row]  # of every out-of-distribution set; `split` is `ood:NAME`
    dropped: list[Row]
    drops: list[Drop]  # the reasons, one for each dropped row
    summary: dict[str, Any]


def split_rows(rows: list[Row], frozen: set[str], params: SplitParams, seed: int) -> Splits:
    """Give every row one side, or a reason why it has none.

    The same rows in another order get the same sides.
    """
    sides = assign(rows, frozen, params, seed)
    drops = separate(rows, sides, params.near_duplicate_similarity, seed)
    gone = {drop.place for drop in drops}
    sorted_out: dict[str, list[Row]] = {side: [] for side in (*SIDES, "ood")}
    for place, (row, side) in enumerate(zip(rows, sides, strict=True)):
        if place not in gone:
            sorted_out["ood" if is_ood(side) else side].append({**row, "split": side})
    dropped = [{**rows[drop.place], "split": sides[drop.place]} for drop in drops]
    return Splits(
        **sorted_out,
        dropped=dropped,
        drops=drops,
        summary=_summary(rows, sorted_out, drops, frozen),
    )


def diversity_by_side(splits: Splits, seed: int) -> dict[str, dict[str, float]]:
    """Return the diversity of the prompts of each side that has rows."""
    sides = {side: getattr(splits, side) for side in (*SIDES, "ood")}
    return {
        side: diversity([prompt_text(row) for row in rows], seed)
        for side, rows in sides.items()
        if rows
    }


def _summary(
    rows: list[Row], sorted_out: dict[str, list[Row]], drops: list[Drop], frozen: set[str]
) -> dict[str, Any]:
    """Return the counts that the reports show."""
    found = frozen & {row["id"] for row in rows}
    return {
        "rows": len(rows),
        "groups": len({unit_of(row) for row in rows}),
        "splits": {side: _by_language(sorted_out[side]) for side in SIDES},
        "ood": _by_set(sorted_out["ood"]),
        "dropped": len(drops),
        "dropped_by_reason": dict(Counter(drop.reason for drop in drops)),
        "frozen": {
            "found": len(found),
            "missing": sorted(frozen - found),
            "test_is_closed": bool(frozen),
        },
    }


def _by_set(rows: list[Row]) -> dict[str, dict[str, Any]]:
    """Return, for each out-of-distribution set, how many rows it has, and in which languages."""
    sets: dict[str, list[Row]] = {}
    for row in rows:
        sets.setdefault(str(row["split"]).removeprefix(OOD), []).append(row)
    return {name: _by_language(own) for name, own in sets.items()}


def _by_language(rows: list[Row]) -> dict[str, Any]:
    """Return how many rows there are, and in which languages."""
    return {"rows": len(rows), "lang": dict(Counter(row["lang"] or "und" for row in rows))}
