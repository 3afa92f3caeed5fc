"""Declared and discovered weak slices in one list, each named once by its simplest name."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tunesmith.analysis.discovery import Found, discover
from tunesmith.analysis.pool import Pool
from tunesmith.analysis.prices import slice_price
from tunesmith.analysis.weak_slices import COLUMNS, compared, weak_slices
from tunesmith.rows import to_rows
from tunesmith.slices import Mask
from tunesmith.stats.resample import Floats

if TYPE_CHECKING:
    import pandas as pd

DECLARED, DISCOVERED = "declared", "discovered"
MOST_COVERED = 10


class WeakSlice(NamedTuple):
    """A finding: its line of the table, its rows, and the names of slices that it explains."""

    line: dict[str, Any]
    mask: Mask
    covers: list[str]

    @property
    def name(self) -> str:
        """Return what the slice is called."""
        return str(self.line["name"])


class Ranked(NamedTuple):
    """Every slice that was compared, and those that are findings, the costliest first.

    `explained` are declared slices that are weak by a test of their own, and are no findings
    because others explain them.
    """

    table: "pd.DataFrame"
    weak: list[WeakSlice]
    explained: list[WeakSlice]


def rank_slices(
    scores: Floats,
    masks: Mapping[str, Mapping[str, Mask]],
    pool: Pool,
    resamples: int,
    limit: float,
    seed: int,
    full: float = 1.0,
) -> Ranked:
    """Compare the declared slices with the rest, discover others, and merge what is the same.

    Args:
        scores: (N,), more is better.
        masks: the declared slices: name → value → rows.
        pool: what discovery tries, the declared slices among it.
        resamples: shuffles of the test of declared slices.
        limit: false discovery rate of the declared ones, and the chance of any finding at all
            where there is no weakness.
        seed: of all shuffles.
        full: what lies between no score and full score.

    Returns:
        The table of `weak_slices` with `name` and `origin` (declared or discovered). p, q and
        interval of a discovered slice count all that were tried; its means and shortfall are
        those of the rows that it was found on, and so the more flattering. A declared
        slice that is weak only because it shares rows with a finding is no finding of its own:
        the finding has its name under `covers`.
    """
    table = weak_slices(scores, masks, resamples, limit, seed, full)
    table["name"] = table["slice"].astype(str) + "=" + table["value"].astype(str)
    table["origin"] = DECLARED
    lines = {line["name"]: line for line in to_rows(table[table["weak"].astype(bool)])}
    found = [
        WeakSlice(
            lines.get(one.predicate.name) or _line(scores, one, full),
            one.predicate.mask,
            one.covers,
        )
        for one in discover(scores, pool, list(lines), limit, seed)
    ]
    declared = [WeakSlice(line, masks[line["slice"]][line["value"]], []) for line in lines.values()]
    merged = _merged(found, declared, {one.name for one in pool.predicates})
    named = {one.name for one in merged}
    explained = [one for one in declared if one.name not in named]
    return Ranked(_joined(table, merged), merged, explained)


def _merged(found: list[WeakSlice], declared: list[WeakSlice], tried: set[str]) -> list[WeakSlice]:
    """Return findings and weak declared slices, the costliest first.

    A declared one that was tried and is no finding is explained by those that are: the one that
    shares most rows with it gets its name. One that was not tried is a finding of its own.
    """
    merged, named = list(found), {one.name for one in found}
    for weak in declared:
        nearest = max(found, key=lambda one: int((one.mask & weak.mask).sum()), default=None)
        explained = weak.name in tried or (nearest and _same_rows(weak.mask, nearest.mask))
        if nearest is None or not explained:
            merged.append(weak)
        elif weak.name not in {*named, *nearest.covers}:
            nearest.covers.append(weak.name)
    named = {one.name for one in merged}
    return [
        one._replace(covers=[name for name in one.covers if name not in named][:MOST_COVERED])
        for one in sorted(merged, key=lambda one: (-float(one.line["impact"]), one.name))
    ]


def _line(scores: Floats, one: Found, full: float) -> dict[str, Any]:
    """Return the line of a discovered slice; p and interval count all that were tried."""
    predicate = one.predicate
    found = compared(scores, predicate.mask, one.errors)
    name, plain = predicate.name, f"{predicate.family}="
    simple = bool(predicate.family) and predicate.name.startswith(plain)
    return {
        **found,
        "slice": predicate.family if simple else DISCOVERED,
        "value": name.removeprefix(plain) if simple else name,
        "name": name,
        "origin": DISCOVERED,
        "p": one.p,
        "q": one.p,
        "ranked": True,
        "weak": True,
        "impact": slice_price(found["low"], int(found["n"]), full),
    }


def _same_rows(first: Mask, second: Mask) -> bool:
    """True for two slices of the same rows."""
    return bool(np.array_equal(first, second))


def _joined(table: "pd.DataFrame", found: list[WeakSlice]) -> "pd.DataFrame":
    """Return the table with the discovered slices in it, the costliest first."""
    import pandas as pd

    new = [one.line for one in found if one.line["origin"] == DISCOVERED]
    columns = [*COLUMNS, "name", "origin"]
    if not new:
        return table[columns]
    old = table[~table["name"].isin([line["name"] for line in new])]
    both = pd.DataFrame([*old.to_dict("records"), *new], columns=columns)
    order = both.sort_values(["impact", "shortfall"], ascending=False, kind="stable")
    return order.reset_index(drop=True)
