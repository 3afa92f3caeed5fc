"""What is printed of a set: a line an objective, over all pairs, each held out once a seed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.preferences.learn import Learnt

HEAD = (
    "| objective | accuracy by its reward | by the log-ratio to the start | chosen | rejected "
    "| longer preferred | CPU-s |\n|---|---|---|--:|--:|---|--:|"
)
RESAMPLES, CONFIDENCE = 10_000, 0.95


@dataclass(frozen=True)
class Pair:
    """What came of a pair that was held out: right is 1, a tie a half."""

    own: float
    common: float | None
    longer: float | None


def line(name: str, found: dict[str, list[Learnt]], pairs: dict[str, list[str]]) -> str:
    """Return the line of an objective.

    Args:
        name: of the objective.
        found: by fold.
        pairs: ids of the held-out pairs of each fold; a pair may be in one fold of each seed.
    """
    own: dict[str, list[float]] = {}
    common: dict[str, list[float]] = {}
    longer: dict[str, list[float]] = {}
    better, worse, seconds = [], [], 0.0
    for fold, several in found.items():
        for one in several:
            better, worse = [*better, *one.chosen], [*worse, *one.rejected]
            seconds += one.seconds
            for place, pair in enumerate(pairs[fold]):
                own.setdefault(pair, []).append(right(one.own[place]))
                if one.longer[place]:
                    sign = 1 if one.longer[place] > 0 else -1
                    longer.setdefault(pair, []).append(right(sign * one.own[place]))
                if one.chosen:
                    margin = one.chosen[place] - one.rejected[place]
                    common.setdefault(pair, []).append(right(margin))
    moved = [f"{np.mean(part):+.1f}" if part else "" for part in (better, worse)]
    return (
        f"| {name} | {share(own)} | {share(common)} | {moved[0]} | {moved[1]} | {share(longer)} "
        f"| {seconds:.0f} |"
    )


def right(margin: float) -> float:
    """Return 1 where the chosen answer is ahead, a half for a tie."""
    return 0.5 if margin == 0 else float(margin > 0)


def share(found: dict[str, list[float]]) -> str:
    """Return the mean over pairs with its interval over pairs; a pair's seeds are one number."""
    if not found:
        return ""
    each = np.array([np.mean(one) for one in found.values()])
    low, high = interval(each)
    return f"{each.mean():.3f} [{low:.3f}, {high:.3f}], n = {len(each)}"


def interval(each: NDArray[np.float64]) -> tuple[float, float]:
    """Return the percentile interval of the mean over resampled pairs."""
    rng, means = np.random.default_rng(0), []
    for _ in range(RESAMPLES):
        means.append(each[rng.integers(0, len(each), len(each))].mean())
    low, high = np.quantile(means, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)
