"""What is to be mended: a weak slice of the validation rows, its failures, and its quota."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tunesmith.analysis.ranked import Ranked, WeakSlice
from tunesmith.proposals.membership import Membership, membership
from tunesmith.rows import Row
from tunesmith.scarce import Scarce, scarce
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
        is_scarce: train has few rows of it; what cannot be filled for it goes to the next one.
    """

    name: str
    reason: str
    holds: Membership
    failures: list[str]
    langs: Mapping[str, float]
    quota: int
    is_scarce: bool = False


def targets(cases: "pd.DataFrame", ranked: Ranked, train: Sequence[Row], rows: int) -> list[Target]:
    """Return the slices to mend; all failures where no slice is weak.

    Where train has few rows of some, the round is for those: nothing else explains a weak value as
    well, not even a wider slice that holds it, and rows mend it. The others get what cannot be
    filled, and have their turn when those are fed. Slices of one sort are dealt rows by their cost.

    Args:
        cases: the validation rows with their answers, as `build_cases` makes them.
        ranked: the weak slices among them.
        train: train rows; a value that none of them has tells nothing.
        rows: the quotas' sum.
    """
    wrong = cases["wrong"].to_numpy(dtype=bool)
    if not wrong.any():
        return []
    every = [*ranked.weak, *ranked.explained]
    few = {one.name: found for one in every if (found := scarce(one.name, train))}
    starved = [one for one in every if one.name in few]
    others = [one for one in ranked.weak if one.name not in few]
    failing = [one for one in [*starved, *others] if (one.mask & wrong).any()][:rows]
    if not failing:
        return [Target(EVERYWHERE, NOTHING_WEAK, Membership(), *_worst(cases, wrong), rows)]
    first = [one for one in failing if one.name in few] or failing
    quotas = deal([price(one, wrong) for one in first], rows)
    quotas += [0] * (len(failing) - len(first))
    return [
        Target(
            one.name,
            f"{one.line['shortfall']:.3f} below the rest (q = {one.line['q']:.3f}, "
            f"n = {one.line['n']})" + _fewness(few.get(one.name)),
            membership(one.name, train),
            *_worst(cases, one.mask & wrong),
            quota,
            one.name in few,
        )
        for one, quota in zip(failing, quotas, strict=True)
    ]


def _fewness(few: Scarce | None) -> str:
    """Return in words that train has few rows of a slice."""
    return f"; train has {few.rows:,} rows of it, of {few.of:,}" if few else ""


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
