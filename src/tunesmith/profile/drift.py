"""How far two versions of the data lie apart, by effect size: a p-value grows with the rows."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tunesmith.profile import ProfileParams

Level = Literal["same", "shifted", "changed", "too few rows"]
HALF_A_ROW = 0.5  # added to every count, so that a value that one side lacks has a finite weight


class Shift(NamedTuple):
    """The distance of one side of the data.

    Attributes:
        name: a field, `words`, or `question length (en)`.
        psi: population stability index, 0 and above.
        ks: largest difference of the cumulative shares, 0 to 1; of lengths only.
        before: rows (or words) of the earlier version.
        after: of this one.
        level: what the distance means by the limits of params.yaml.
    """

    name: str
    psi: float
    ks: float | None
    before: int
    after: int
    level: Level


def drift(
    before: Mapping[str, Any], after: Mapping[str, Any], params: ProfileParams
) -> list[Shift]:
    """Return the distance of every side that both profiles have, the farthest first.

    Args:
        before: the profile of the earlier version; empty when there is none.
        after: the profile of this version.
        params: the limits.
    """
    if not before:
        return []
    sides = [("words", before["words"], after["words"], False)]
    sides += [
        (name, before["values"][name], values, False)
        for name, values in after["values"].items()
        if name in before["values"]
    ]
    for part, languages in after["lengths"].items():
        for lang, bins in languages.items():
            if earlier := before["lengths"].get(part, {}).get(lang):
                counts = dict(enumerate(earlier)), dict(enumerate(bins))
                sides.append((f"{part} length ({lang})", *counts, True))
    shifts = [_shift(*side, params) for side in sides]
    return sorted(shifts, key=lambda shift: (-shift.psi, shift.name))


def _shift(
    name: str,
    before: Mapping[Any, int],
    after: Mapping[Any, int],
    ordered: bool,
    params: ProfileParams,
) -> Shift:
    """Return the distance of two counts of the same values."""
    keys = list(before) if ordered else sorted({*before, *after})
    one, two = ([side.get(key, 0) for key in keys] for side in (before, after))
    psi = population_stability(one, two)
    return Shift(
        name,
        psi,
        kolmogorov_smirnov(one, two) if ordered else None,
        sum(one),
        sum(two),
        _level(psi, min(sum(one), sum(two)), params),
    )


def _level(psi: float, rows: int, params: ProfileParams) -> Level:
    """Return what a distance means."""
    if rows < params.min_rows:
        return "too few rows"
    if psi < params.shifted:
        return "same"
    return "shifted" if psi < params.changed else "changed"


def population_stability(before: Sequence[int], after: Sequence[int]) -> float:
    """Return sum((a - b) · ln(a / b)) over the shares a and b of every value; 0 for equal ones.

    Values that neither side has are left out, and half a row is added to every other count.

    Source: as used in credit scoring; 0.1 and 0.25 are its customary limits
    (https://doi.org/10.3390/risks7020053).
    """
    one, two = (_shares(side, before, after) for side in (before, after))
    return float(np.sum((two - one) * np.log(two / one)))


def kolmogorov_smirnov(before: Sequence[int], after: Sequence[int]) -> float:
    """Return the largest difference of the cumulative shares of ordered bins, 0 to 1."""
    one, two = (np.cumsum(side) / max(sum(side), 1) for side in (before, after))
    return float(np.max(np.abs(one - two)))


def _shares(
    side: Sequence[int], before: Sequence[int], after: Sequence[int]
) -> NDArray[np.float64]:
    """Return the shares of the values that some side has."""
    seen = [k for k, counts in enumerate(zip(before, after, strict=True)) if any(counts)]
    counts = np.array([side[k] for k in seen], dtype=float) + HALF_A_ROW
    shares: NDArray[np.float64] = counts / counts.sum()
    return shares
