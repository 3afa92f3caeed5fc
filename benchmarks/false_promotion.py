"""How often the gate promotes, or rejects, a candidate that is as good: simulated.

`python -m benchmarks.false_promotion` prints, for scores and test sets of several kinds, the shares
of SHIP and of REJECT among candidates that differ from the champion by chance alone. Each may be at
most half of one minus the confidence: one side of the interval.
"""

import argparse
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from tunesmith.answers import Answers
from tunesmith.evaluation.tables import about
from tunesmith.gate import GateParams
from tunesmith.gate.decide import decide
from tunesmith.metrics.exact_match import ExactMatch
from tunesmith.metrics.measure import measure
from tunesmith.metrics.metric import Metric
from tunesmith.metrics.rouge_l import RougeL
from tunesmith.stats.resample import Floats

SIZES = (50, 100, 300, 1000)
SHARES = (0.05, 0.5, 0.8, 0.98)
SHARED = 0.7  # of what decides a row, both models have
CONFIDENCE = 0.95
Draw = Callable[[int, np.random.Generator], tuple[Floats, Floats]]


def right_or_wrong(share: float) -> Draw:
    """Return a draw of two models that are right in so many rows, mostly the same ones."""

    def draw(rows: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        common, own = rng.random(rows), rng.random((2, rows))
        copied = rng.random((2, rows)) < SHARED
        first, second = (np.where(copied[k], common, own[k]) < share for k in range(2))
        return first.astype(float), second.astype(float)

    return draw


def overlaps(rows: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return scores as ROUGE-L has them: many whole hits, the rest anywhere."""
    common, own = rng.random(rows), rng.random((2, rows))
    copied = rng.random((2, rows)) < SHARED
    first, second = (np.where(copied[k], common, own[k]) for k in range(2))
    return np.minimum(first * 1.6, 1.0), np.minimum(second * 1.6, 1.0)


def decided(metric: Metric, draw: Draw, rows: int, trials: int, seed: int) -> tuple[float, float]:
    """Return the shares of trials that end in SHIP and in REJECT."""
    rng = np.random.default_rng([seed, rows])
    counts = Counter(verdict(metric, draw(rows, rng), rng) for _ in range(trials))
    return counts["SHIP"] / trials, counts["REJECT"] / trials


def verdict(metric: Metric, scores: tuple[Floats, Floats], rng: np.random.Generator) -> str:
    """Return what the gate says of two models' row scores."""
    table = {
        model: np.stack([own, np.ones(len(own))], axis=1)
        for model, own in zip(("candidate", "champion"), scores, strict=True)
    }
    [measured] = measure({metric: table}, 1000, CONFIDENCE, rng)
    difference = measured.difference("candidate", "champion").as_dict()
    champion = {"overall": {metric.name: difference}, "slices": {}}
    comparisons = {"against": {"champion": champion, "base": {"sets": {}}}}
    metrics: dict[str, Any] = {"about": {metric.name: about(metric, Answers(["a"], ["a"]))}}
    behaviour: dict[str, Any] = {"tests": {}, "groups": {}}
    return decide(comparisons, metrics, GateParams(metric=metric.name), behaviour, {}).verdict


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rows", type=int, nargs="+", default=SIZES, help="of the test sets")
    parser.add_argument("--scores", default="", help="only those whose name holds this")
    flags = parser.parse_args()
    kinds: list[tuple[str, Metric, Draw]] = [
        (f"right in {share:.0%} of rows", ExactMatch(), right_or_wrong(share)) for share in SHARES
    ]
    kinds.append(("overlap", RougeL(), overlaps))
    kinds = [kind for kind in kinds if flags.scores in kind[0]]
    print(f"allowed: {(1 - CONFIDENCE) / 2:.1%} of {flags.trials:,} trials a cell")
    print(f"| scores | {' | '.join(f'{size:,} rows' for size in flags.rows)} |")
    print(f"|---|{'--:|' * len(flags.rows)}")
    for name, metric, draw in kinds:
        shares = [decided(metric, draw, size, flags.trials, flags.seed) for size in flags.rows]
        told = [f"{ship:.2%} / {reject:.2%}" for ship, reject in shares]
        print(f"| {name} | {' | '.join(told)} |", flush=True)


if __name__ == "__main__":
    main()
