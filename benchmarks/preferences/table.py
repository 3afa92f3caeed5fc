"""What is printed of a set: a line an objective, over all pairs, each held out once a seed."""

from collections import Counter
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.preferences.learn import Learnt

HEAD = (
    "| objective | accuracy by its reward | by the mean reward of all seeds "
    "| by the log-ratio to the start | chosen | rejected | longer preferred | rate | CPU-s |\n"
    "|---|---|---|---|--:|--:|---|---|--:|"
)
RESAMPLES, CONFIDENCE = 10_000, 0.95
Found = dict[str, Learnt]  # by fold
Held = dict[str, list[str]]  # ids of the pairs that are held out in each fold


def line(name: str, found: Found, held: Held) -> str:
    """Return the line of an objective; a pair may be held out in one fold of each seed."""
    own = of_pairs(found, held, lambda one: one.own)
    longer = of_pairs(found, held, lambda one: [np.sign(each) for each in one.longer])
    common = of_pairs(found, held, lambda one: np.subtract(one.chosen, one.rejected).tolist())
    favoured = {
        pair: [right(margin * longer[pair][0]) for margin in margins]
        for pair, margins in own.items()
        if longer[pair][0]
    }
    cells = [
        name,
        share(judged(own)),
        share(judged({pair: [float(np.mean(margins))] for pair, margins in own.items()})),
        share(judged(common)),
        moved([nats for one in found.values() for nats in one.chosen]),
        moved([nats for one in found.values() for nats in one.rejected]),
        share(favoured),
        rates([one.rate for one in found.values()]),
        f"{sum(one.seconds for one in found.values()):.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def of_longer(found: Found, held: Held) -> str:
    """Return the line of who takes the longer answer and has learnt nothing."""
    longer = of_pairs(found, held, lambda one: one.longer)
    return f"| the longer answer | {share(judged(longer))} | | | | | | | |"


def of_pairs(found: Found, held: Held, numbers: Callable[[Learnt], list[float]]) -> dict[str, list]:
    """Return the numbers of each pair, one a seed; none where an objective has none."""
    gathered: dict[str, list[float]] = {}
    for fold, one in found.items():
        for pair, number in zip(held[fold], numbers(one), strict=False):
            gathered.setdefault(pair, []).append(number)
    return gathered


def judged(margins: dict[str, list[float]]) -> dict[str, list[float]]:
    """Return which margins of pairs are right."""
    return {pair: [right(margin) for margin in several] for pair, several in margins.items()}


def moved(nats: list[float]) -> str:
    """Return by how much answers have become likelier."""
    return f"{np.mean(nats):+.1f}" if nats else ""


def rates(chosen: list[float]) -> str:
    """Return how often each learning rate was chosen; what has none has rate 0."""
    counts = sorted(Counter(rate for rate in chosen if rate).items())
    return ", ".join(f"{rate:g}" + f" ({n})" * (len(counts) > 1) for rate, n in counts)


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
