"""Which slices are worse than the rest of the rows, by more than chance, and what they cost."""

from collections.abc import Mapping
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from tunesmith.analysis.prices import slice_price
from tunesmith.slices import MIN_ROWS, Mask
from tunesmith.stats.multiple import benjamini_hochberg
from tunesmith.stats.permutation import subset_p_values
from tunesmith.stats.resample import Floats

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [
    *("slice", "value", "n", "mean", "rest_mean", "shortfall", "low", "high"),
    *("p", "q", "ranked", "weak", "impact"),
]

TWO_SIDED = NormalDist().inv_cdf(0.975)  # standard errors on either side of a 95 % interval


def weak_slices(
    scores: Floats,
    masks: Mapping[str, Mapping[str, Mask]],
    resamples: int,
    false_discovery_rate: float,
    seed: int,
    full: float = 1.0,
) -> "pd.DataFrame":
    """Compare every slice with all other rows, the costliest first.

    Args:
        scores: (N,), more is better.
        masks: slice name → value → rows.
        resamples: shuffles of the permutation test.
        false_discovery_rate: slices with a q-value up to it can be weak.
        seed: of the shuffles.
        full: what lies between no score and full score.

    Returns:
        Columns: `shortfall` is the mean of the rest minus the slice's, with a 95 % interval;
        `p` of the permutation test, `q` over all ranked slices; `ranked` is False below 30 rows;
        `weak` when the shortfall is a finding; `impact` is what the slice costs at least, in rows
        of full score: the lower bound times n, by `full`.
    """
    import pandas as pd

    parts = [
        (name, value, mask) for name, values in masks.items() for value, mask in values.items()
    ]
    parts = [part for part in parts if not part[2].all()]
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    table = pd.DataFrame(
        [{**compared(scores, mask), "slice": s, "value": v} for s, v, mask in parts]
    )
    table["p"] = subset_p_values(scores, list(table["n"]), list(table["mean"]), resamples, seed)
    table["ranked"] = table["n"] >= MIN_ROWS
    table["q"] = np.nan
    table.loc[table["ranked"], "q"] = benjamini_hochberg(table.loc[table["ranked"], "p"].to_numpy())
    table["weak"] = table["ranked"] & (table["q"] <= false_discovery_rate) & (table["low"] > 0)
    prices = [slice_price(low, n, full) for low, n in zip(table["low"], table["n"], strict=True)]
    table["impact"] = np.where(table["ranked"], prices, 0.0)
    order = table.sort_values(["impact", "shortfall"], ascending=False, kind="stable")
    return order[COLUMNS].reset_index(drop=True)


def compared(scores: Floats, mask: Mask, errors: float = TWO_SIDED) -> dict[str, float]:
    """Return size, means and the shortfall with its interval, `errors` standard errors (Welch)."""
    inside, outside = scores[mask], scores[~mask]
    shortfall = float(outside.mean() - inside.mean())
    reach = errors * float(np.hypot(_stderr(inside), _stderr(outside)))
    return {
        "n": len(inside),
        "mean": float(inside.mean()),
        "rest_mean": float(outside.mean()),
        "shortfall": shortfall,
        "low": shortfall - reach,
        "high": shortfall + reach,
    }


def _stderr(values: Floats) -> float:
    """Return the standard error of a mean; of a single value, its distance from 0 as a bound."""
    if len(values) < 2:
        return float(abs(values[0])) if len(values) else 0.0
    return float(values.std(ddof=1) / np.sqrt(len(values)))
