"""What held-out pairs say of rewards: how often right, how sure, and how much of it is length."""

from dataclasses import dataclass, field
from math import exp
from typing import Any

from tunesmith.stats.score import proportion

CONFIDENCE = 0.95
BINS = 5  # of the confidence, from one half to one, where it is not yet sure


@dataclass
class Margins:
    """Of every pair.

    Attributes:
        values: reward of the chosen answer less that of the rejected one.
        longer: tokens of the chosen answer less those of the rejected one.
    """

    values: list[float] = field(default_factory=list)
    longer: list[int] = field(default_factory=list)


def held_out(margins: Margins) -> dict[str, Any]:
    """Return accuracy, calibration and the part of length.

    Returns:
        `accuracy` with its interval; `calibration`, see `calibration`; `length`, see `length`.
    """
    right = [float(value > 0) + 0.5 * (value == 0) for value in margins.values]
    return {
        "accuracy": share(sum(right), len(right)),
        "calibration": calibration(margins.values),
        "length": length(margins),
    }


def share(hits: float, n: int) -> dict[str, float | int | None]:
    """Return a share with its Wilson interval of 95 %; of no pair there is none.

    Args:
        hits: pairs that are right; half a hit for a tie.
        n: pairs.
    """
    if not n:
        return {"value": None, "low": None, "high": None, "n": 0}
    found = proportion(hits, n, CONFIDENCE)
    return {"value": found.value, "low": found.low, "high": found.high, "n": n}


def calibration(margins: list[float]) -> dict[str, Any]:
    """Return how well sigmoid(|margin|) foretells which answer is preferred.

    Returns:
        `error`: the mean distance of confidence and accuracy, by pairs, from 0 to 1; `bins`: of
        pairs by confidence, each with the mean of that, its accuracy and how many.

    Source: the expected calibration error of https://arxiv.org/abs/1706.04599.
    """
    sure = [(_sigmoid(abs(value)), float(value > 0) + 0.5 * (value == 0)) for value in margins]
    edges = [0.5 + 0.5 * place / BINS for place in range(BINS + 1)]
    bins, error = [], 0.0
    for place in range(BINS):
        low, high, last = edges[place], edges[place + 1], place == BINS - 1
        own = [pair for pair in sure if low <= pair[0] and (pair[0] < high or last)]
        if own:
            confidence, accuracy = (sum(column) / len(own) for column in zip(*own, strict=True))
            error += abs(confidence - accuracy) * len(own) / len(sure)
            bins.append({"confidence": confidence, "accuracy": accuracy, "n": len(own)})
    return {"error": error, "bins": bins}


def length(margins: Margins) -> dict[str, Any]:
    """Return how far "the longer answer wins" explains the margins.

    Returns:
        `rule`: accuracy of choosing the longer answer; `agreement`: share of pairs in which the
        margin favours the longer one; `when_longer` and `when_shorter`: accuracy where the chosen
        answer is longer, or shorter; `correlation`: of margin and difference in tokens;
        `explained`: its square, the share of the margins' variance that a line of length accounts
        for.
    """
    pairs = list(zip(margins.values, margins.longer, strict=True))
    uneven = [(value, more) for value, more in pairs if more]
    found: dict[str, Any] = {
        "rule": share(sum(more > 0 for _, more in uneven), len(uneven)),
        "agreement": share(sum((value > 0) == (more > 0) for value, more in uneven), len(uneven)),
    }
    for name, sign in (("when_longer", 1), ("when_shorter", -1)):
        own = [value for value, more in uneven if more * sign > 0]
        found[name] = share(sum(value > 0 for value in own), len(own))
    correlation = _correlation(pairs)
    return {
        **found,
        "correlation": correlation,
        "explained": None if correlation is None else correlation**2,
    }


def _correlation(pairs: list[tuple[float, int]]) -> float | None:
    """Return Pearson's correlation, or None where one side does not vary."""
    import numpy as np

    if any(len(set(side)) < 2 for side in zip(*pairs, strict=True)) or not pairs:
        return None
    return float(np.corrcoef(np.array(pairs).T)[0, 1])


def _sigmoid(value: float) -> float:
    return 1 / (1 + exp(-value))
