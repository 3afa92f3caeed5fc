"""How often the gate promotes a candidate that is no better: simulated, models of equal quality.

`python -m benchmarks.false_promotion` prints, for scores and test sets of several kinds, the share
of SHIP among candidates that differ from the champion by chance alone. It may be at most half of
one minus the confidence: the side of the interval that promotes.
"""

import argparse
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


def promoted(metric: Metric, draw: Draw, rows: int, trials: int, seed: int) -> float:
    """Return the share of trials that end in SHIP."""
    rng = np.random.default_rng([seed, rows])
    return sum(verdict(metric, draw(rows, rng), rng) == "SHIP" for _ in range(trials)) / trials


def verdict(metric: Metric, scores: tuple[Floats, Floats], rng: np.random.Generator) -> str:
    """Return what the gate says of two models' row scores."""
    table = {
        model: np.stack([own, np.ones(len(own))], axis=1)
        for model, own in zip(("candidate", "champion"), scores, strict=True)
    }
    [measured] = measure({metric: table}, 1000, CONFIDENCE, rng)
    difference = measured.difference("candidate", "champion").as_dict()
    comparisons = {"against": {"champion": {"overall": {metric.name: difference}, "slices": {}}}}
    metrics: dict[str, Any] = {"about": {metric.name: about(metric, Answers(["a"], ["a"]))}}
    behaviour: dict[str, Any] = {"tests": {}, "groups": {}}
    return decide(comparisons, metrics, GateParams(metric=metric.name), behaviour, {}).verdict


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    flags = parser.parse_args()
    kinds: list[tuple[str, Metric, Draw]] = [
        (f"right in {share:.0%} of rows", ExactMatch(), right_or_wrong(share)) for share in SHARES
    ]
    kinds.append(("overlap", RougeL(), overlaps))
    print(f"allowed: {(1 - CONFIDENCE) / 2:.1%} of {flags.trials:,} trials a cell")
    print(f"| scores | {' | '.join(f'{size:,} rows' for size in SIZES)} |")
    print(f"|---|{'--:|' * len(SIZES)}")
    for name, metric, draw in kinds:
        shares = [promoted(metric, draw, size, flags.trials, flags.seed) for size in SIZES]
        print(f"| {name} | {' | '.join(f'{share:.2%}' for share in shares)} |", flush=True)


if __name__ == "__main__":
    main()
