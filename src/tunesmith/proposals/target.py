"""What is to be mended: a weak slice of the validation rows, its failures, and its quota."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tunesmith.analysis.ranked import WeakSlice
from tunesmith.proposals.membership import Membership, membership
from tunesmith.rows import Row
from tunesmith.slices import Mask

if TYPE_CHECKING:
    import pandas as pd

EVERYWHERE = "overall"
NOTHING_WEAK = "no slice is worse than the rest by more than chance; near failures of any kind"
MOST_FAILURES = 200


class Target(NamedTuple):
    """A slice to mend.

    Attributes:
        name: such as `lang=zh` or `prompt has "退款"`; `overall` for all rows.
        reason: why, in words.
        holds: whether a row belongs to it, as far as that can be told.
        failures: what the rows ask that were answered wrong, the worst first.
        langs: language → share of those rows.
        quota: rows proposed for it at most.
    """

    name: str
    reason: str
    holds: Membership
    failures: list[str]
    langs: Mapping[str, float]
    quota: int


def targets(
    cases: "pd.DataFrame", weak: Sequence[WeakSlice], train: Sequence[Row], rows: int
) -> list[Target]:
    """Return the slices to mend, the costliest first; all failures where no slice is weak.

    Args:
        cases: the validation rows with their answers, as `build_cases` makes them.
        weak: the weak slices among them.
        train: train rows; a value that none of them has tells nothing.
        rows: the quotas' sum.
    """
    wrong = cases["wrong"].to_numpy(dtype=bool)
    if not wrong.any():
        return []
    failing = [one for one in weak if (one.mask & wrong).any()][:rows]
    if not failing:
        return [Target(EVERYWHERE, NOTHING_WEAK, Membership(), *_worst(cases, wrong), rows)]
    quotas = deal([price(one, wrong) for one in failing], rows)
    return [
        Target(
            one.name,
            f"{one.line['shortfall']:.3f} below the rest (q = {one.line['q']:.3f}, "
            f"n = {one.line['n']})",
            membership(one.name, train),
            *_worst(cases, one.mask & wrong),
            quota,
        )
        for one, quota in zip(failing, quotas, strict=True)
    ]


def price(one: WeakSlice, wrong: Mask) -> float:
    """Return the lower bound of the shortfall times the share of all errors."""
    share = float((one.mask & wrong).sum()) / max(float(wrong.sum()), 1.0)
    return max(float(one.line["low"]), 0.0) * share


def deal(prices: Sequence[float], rows: int) -> list[int]:
    """Deal out rows by price: one to each, the rest in proportion, largest remainders first.

    Args:
        prices: one at least, none below zero; all zero counts as all alike.
        rows: as many as there are prices, at least.
    """
    weights = np.array(prices, dtype=np.float64)
    weights = (
        weights / weights.sum() if weights.sum() > 0 else np.full(len(prices), 1 / len(prices))
    )
    exact = weights * (rows - len(prices))
    whole = np.floor(exact).astype(int)
    rest = rows - len(prices) - int(whole.sum())
    whole[np.argsort(whole - exact, kind="stable")[:rest]] += 1
    return [1 + int(size) for size in whole]


def _worst(cases: "pd.DataFrame", mask: Mask) -> tuple[list[str], dict[str, float]]:
    """Return the questions of the rows with the lowest scores, and the share of each language."""
    ordered = cases[mask].sort_values(["candidate_score", "id"], kind="stable").head(MOST_FAILURES)
    counts = Counter(ordered["lang"])
    return list(ordered["prompt"]), {
        lang: count / len(ordered) for lang, count in sorted(counts.items())
    }
