"""Compares each group's own adapter with the shared one, on rows that neither was trained on."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunesmith.models.load import Loaded
from tunesmith.personal.groups import Group
from tunesmith.prediction.logprobs import reference_logprobs
from tunesmith.stats.resample import bootstrap_totals
from tunesmith.stats.score import expanded_interval
from tunesmith.training.examples import Encoded

BATCH = 16


@dataclass(frozen=True)
class Compared:
    """Losses of a group's held-out rows in nats per token, one of each row."""

    group: Group
    shared: NDArray[np.float64]
    own: NDArray[np.float64]

    @property
    def gains(self) -> NDArray[np.float64]:
        """How much lower the own adapter's loss is, row by row."""
        return self.shared - self.own


def losses(loaded: Loaded, encoded: list[Encoded]) -> NDArray[np.float64]:
    """Return the loss of each row in nats per token."""
    if not encoded:
        return np.zeros(0)
    found = reference_logprobs(loaded.model, loaded.tokenizer.pad_token_id, encoded, BATCH)
    return np.array([-one.logprob / one.tokens for one in found])


def line(one: Compared, confidence: float, resamples: int, seed: int) -> dict[str, Any]:
    """Return a group as a line of the table; a group without held-out rows has no numbers."""
    found: dict[str, Any] = {
        "group": one.group.value,
        "train_rows": len(one.group.train),
        "held_out_rows": len(one.group.held_out),
        "left": one.group.left,
    }
    if one.group.left or not len(one.gains):
        return found
    low, high = interval(one.gains, confidence, resamples, seed)
    means = {"shared_loss": one.shared.mean(), "own_loss": one.own.mean(), "gain": one.gains.mean()}
    return found | {key: float(mean) for key, mean in means.items()} | {"low": low, "high": high}


def surely_better(one: Compared, confidence: float, resamples: int, seed: int) -> bool:
    """Return whether the whole interval of a group's gain is above zero; not of one row."""
    return len(one.gains) > 1 and interval(one.gains, confidence, resamples, seed)[0] > 0


def interval(
    values: NDArray[np.float64], confidence: float, resamples: int, seed: int
) -> tuple[float, float]:
    """Return the bootstrap interval of a mean."""
    rng = np.random.default_rng(seed)
    (totals,) = bootstrap_totals([values[:, None]], resamples, rng)
    return expanded_interval(totals[:, 0] / len(values), confidence, len(values))


def summary(
    compared: list[Compared], left: list[Group], confidence: float, resamples: int, seed: int
) -> dict[str, Any]:
    """Return what all groups say together; a group counts once, whatever its rows."""
    measured = [one for one in compared if len(one.gains)]
    found: dict[str, Any] = {
        "groups": len(compared),
        "measured": len(measured),
        "left_to_shared": {
            why: sum(g.left == why for g in left) for why in sorted({g.left for g in left})
        },
    }
    if not measured:
        return found
    gains = np.array([one.gains.mean() for one in measured])
    low, high = interval(gains, confidence, resamples, seed)
    told = [one.gains for one in measured if len(one.gains) > 1]  # one row has no interval
    intervals = [interval(gain, confidence, resamples, seed) for gain in told]
    return found | {
        "gain": float(gains.mean()),
        "low": low,
        "high": high,
        "better": sum(below > 0 for below, _ in intervals),
        "worse": sum(above < 0 for _, above in intervals),
        "shared_loss": float(np.mean([one.shared.mean() for one in measured])),
        "own_loss": float(np.mean([one.own.mean() for one in measured])),
    }
