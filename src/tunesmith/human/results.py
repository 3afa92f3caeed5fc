"""What people said of two models: win rate, points, slices, agreement."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tunesmith.human.agreed import agreement, criteria_of
from tunesmith.human.rating import Rating
from tunesmith.human.standing import Standing
from tunesmith.human.win_rate import compared
from tunesmith.rows import to_frame
from tunesmith.slices import slice_masks
from tunesmith.stats.resample import bootstrap_totals
from tunesmith.stats.score import proportion, score_from_draws

RESAMPLES = 1000


def results(found: Standing, slices: Sequence[str], confidence: float, seed: int) -> dict[str, Any]:
    """Return everything that the ratings say, as plain values.

    Args:
        found: the ratings that hold; not empty.
        slices: as in params.yaml, such as lang.
        confidence: of all intervals.
        seed: of the resampling.

    Raises:
        UserError: an unknown slice.
    """
    rng = np.random.default_rng(seed)
    first, second = found.models
    return {
        "first": first,
        "second": second,
        "confidence": confidence,
        "rows": len(found.comparisons),
        "identical_rows": sum(one.identical for one in found.comparisons.values()),
        "left_out": found.left_out,
        "win_rate": compared(found.ratings, first, confidence),
        "annotators": {name: _person(found, name, confidence) for name in found.annotators},
        "slices": _slices(found, slices, confidence),
        "criteria": {name: _criterion(found, name, confidence, rng) for name in criteria_of(found)},
        "agreement": agreement(found, confidence, rng),
    }


def _person(found: Standing, name: str, confidence: float) -> dict[str, Any]:
    """Return one person's win rate, and whether they favour a side."""
    own = [one for one in found.ratings if one.annotator == name]
    sided = [one.choice == "left" for one in own if one.preferred is not None]
    left = proportion(sum(sided), len(sided), confidence).as_dict() if sided else None
    return {**compared(own, found.models[0], confidence), "left_ratio": left}


def _slices(
    found: Standing, names: Sequence[str], confidence: float
) -> dict[str, dict[str, dict[str, Any]]]:
    """Return the win rate on each slice."""
    rows = to_frame(one.row for one in found.comparisons.values())
    ids = np.array(list(found.comparisons), dtype=object)
    return {
        name: {
            value: compared(_about(found, set(ids[mask])), found.models[0], confidence)
            for value, mask in values.items()
        }
        for name, values in slice_masks(rows, names).items()
    }


def _about(found: Standing, rows: set[str]) -> list[Rating]:
    """Return the ratings of some rows."""
    return [one for one in found.ratings if one.row in rows]


def _criterion(
    found: Standing, name: str, confidence: float, rng: np.random.Generator
) -> dict[str, Any]:
    """Return both models' mean points, and first minus second with a bootstrap over rows."""
    rows: dict[str, list[tuple[int, int]]] = {}
    for one in found.by_people:
        first, second = (one.points(name, model) for model in found.models)
        if first is not None and second is not None:
            rows.setdefault(one.row, []).append((first, second))
    if not rows:
        return {"first_mean": None, "second_mean": None, "difference": None}
    means = np.array([np.mean(rows[row], axis=0) for row in sorted(rows)])
    [totals] = bootstrap_totals([means], RESAMPLES, rng)
    draws = (totals[:, 0] - totals[:, 1]) / len(means)
    first_mean, second_mean = means.mean(axis=0)
    score = score_from_draws(first_mean - second_mean, draws, len(means), confidence)
    return {
        "first_mean": float(first_mean),
        "second_mean": float(second_mean),
        "difference": score.as_dict(),
    }
