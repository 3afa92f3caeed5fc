"""Train rows near the failures: what the next round should have more of."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tunesmith.analysis.ranked import WeakSlice
from tunesmith.analysis.train_space import TrainSpace
from tunesmith.rows import CONTENT
from tunesmith.slices import Mask

if TYPE_CHECKING:
    import pandas as pd

EVERYWHERE = "overall"
MOST_FAILURES = 200
KEPT = [*CONTENT, "task", "source", "licence", "lang", "group", "meta"]


class Target(NamedTuple):
    """A slice to grow: its name, why, its failing test rows, and how many rows it should get."""

    name: str
    reason: str
    failing: Mask
    quota: int


def propose(
    cases: "pd.DataFrame", space: TrainSpace, weak: Sequence[WeakSlice], per_slice: int
) -> list[dict[str, Any]]:
    """Return train rows whose questions are nearest to the failures of each weak slice.

    Only rows that came from a source are proposed: augmented ones would be grown twice. A row is
    proposed once, for the costliest slice it is near to. Where no slice is weak, the failures of
    all rows are taken.

    Args:
        cases: as `build_cases` makes them.
        space: train rows.
        weak: the weak slices, declared and discovered, the costliest first.
        per_slice: rows proposed for each slice, and the mean of the quotas of new rows.
    """
    own = space.rows["parent"].isna() & ~space.rows["id"].isin(cases["id"])
    barred = set(np.flatnonzero(~own.to_numpy(dtype=bool)).tolist())
    proposals = []
    for target in _targets(cases, weak, per_slice) if len(space) else []:
        failures = cases[target.failing].sort_values(["candidate_score", "id"]).head(MOST_FAILURES)
        similar = space.likeness(list(failures["prompt"]))
        for row, likeness in _nearest(similar, per_slice, barred):
            said = {"slice": target.name, "reason": target.reason, "quota": target.quota}
            proposals.append({**_content(space.rows.iloc[row]), **said, "similarity": likeness})
            barred.add(row)
    return proposals


def _targets(cases: "pd.DataFrame", weak: Sequence[WeakSlice], per_slice: int) -> list[Target]:
    """Return the slices to grow that have failures."""
    wrong = cases["wrong"].to_numpy(dtype=bool)
    if not weak:
        reason = "no slice is worse than the rest by more than chance; near failures of any kind"
        return [Target(EVERYWHERE, reason, wrong, per_slice)] if wrong.any() else []
    quotas = _quotas(weak, wrong, per_slice)
    return [
        Target(one.name, _reason(one), one.mask & wrong, quota)
        for one, quota in zip(weak, quotas, strict=True)
        if (one.mask & wrong).any()
    ]


def _quotas(weak: Sequence[WeakSlice], wrong: Mask, per_slice: int) -> list[int]:
    """Deal out `per_slice` rows for each slice, by lower bound of the shortfall × share of errors.

    Every slice gets one at least.
    """
    shares = np.array([(one.mask & wrong).sum() / max(wrong.sum(), 1) for one in weak])
    weights = np.array([max(float(one.line["low"]), 0.0) for one in weak]) * shares
    parts = weights / weights.sum() if weights.sum() > 0 else np.full(len(weak), 1 / len(weak))
    return [max(1, round(per_slice * len(weak) * float(part))) for part in parts]


def _reason(one: WeakSlice) -> str:
    """Say why a slice is to be grown."""
    line = one.line
    return f"{line['shortfall']:.3f} below the rest (q = {line['q']:.3f}, n = {line['n']})"


def _nearest(similar: NDArray[np.float64], most: int, barred: set[int]) -> list[tuple[int, float]]:
    """Return train rows by their greatest likeness to a failure, `similar` (F, T)."""
    best = similar.max(axis=0)
    order = np.argsort(-best, kind="stable")
    free = [int(row) for row in order if int(row) not in barred and best[row] > 0]
    return [(row, round(float(best[row]), 4)) for row in free[:most]]


def _content(row: "pd.Series[Any]") -> dict[str, Any]:
    """Return what a next round needs of a train row."""
    kept = {name: row[name] for name in KEPT if row[name] is not None}
    return {"id": row["id"], **kept}
