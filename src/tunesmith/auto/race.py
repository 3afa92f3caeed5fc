"""Successive halving: many candidates on a short training, half of them on one twice as long.

Source: algorithm 1 of "Non-stochastic Best Arm Identification and Hyperparameter Optimization"
(https://arxiv.org/abs/1502.07943), with trainings that begin anew on each rung: a schedule that was
made for a quarter of the epochs cannot be gone on with.
"""

import math
from collections.abc import Callable

from tunesmith.auto.rules import Candidate
from tunesmith.component import Component

FIRST = 0.125  # of the epochs of a candidate, on the first rung


class Heat(Component):
    """One candidate on one rung; `score` is None where it failed."""

    rung: int
    candidate: str
    epochs: float
    score: float | None
    reason: str = ""


def race(
    candidates: list[Candidate],
    run: Callable[[Candidate, float, int], tuple[float | None, str]],
    lower_is_better: bool,
) -> list[Heat]:
    """Let candidates run against each other until one is left.

    Args:
        candidates: the one that wins a draw first; each with its own `epochs`.
        run: trains a candidate for so many epochs, on a rung; returns its score, or None and why.
        lower_is_better: of the scores.

    Returns:
        every run in order; the winner is `winner` of them.
    """
    heats: list[Heat] = []
    left, rung, share = candidates, 0, FIRST
    while len(left) > 1:
        ran = []
        for one in left:
            epochs = round(float(one.dials["epochs"]) * share, 3)
            score, reason = run(one, epochs, rung)
            ran.append(
                Heat(rung=rung, candidate=one.name, epochs=epochs, score=score, reason=reason)
            )
        heats += ran
        keep = math.ceil(len(left) / 2)
        names = [heat.candidate for heat in ordered(ran, lower_is_better)][:keep]
        left = [one for one in left if one.name in names]
        rung, share = rung + 1, share * 2
    return heats


def ordered(heats: list[Heat], lower_is_better: bool) -> list[Heat]:
    """Return the runs of one rung, the best first; of equals the earlier one."""
    sign = 1.0 if lower_is_better else -1.0
    worst = math.inf
    return sorted(heats, key=lambda one: worst if one.score is None else sign * one.score)


def winner(heats: list[Heat], lower_is_better: bool) -> str | None:
    """Return the best of the last rung, None where all of it failed."""
    last = [one for one in heats if one.rung == max(heat.rung for heat in heats)]
    best = ordered(last, lower_is_better)[0] if last else None
    return best.candidate if best and best.score is not None else None


def cost(heats: list[Heat]) -> float:
    """Return the epochs that a race took."""
    return sum(one.epochs for one in heats)
