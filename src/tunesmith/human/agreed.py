"""How far people agree on choices and on points."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np

from tunesmith.human.rating import Rating
from tunesmith.human.standing import Standing
from tunesmith.stats.agreement import Level, alpha_score, cohen_kappa
from tunesmith.stats.resample import Floats

RESAMPLES = 1000
CODES = {"first": 0.0, "second": 1.0, "tie": 2.0, "both_bad": 3.0}


def agreement(found: Standing, confidence: float, rng: np.random.Generator) -> dict[str, Any]:
    """Return alpha of the choices, kappa of every two people, and alpha of each criterion.

    Only rows that at least two people were asked about say anything; identical answers, which
    nobody was asked about, are left out.
    """
    choices = [
        (one.annotator, one.row, CODES[_choice(one, found.models[0])]) for one in found.by_people
    ]
    return {
        "choice": _alpha(choices, "nominal", confidence, rng),
        "people": [_two(found, *pair) for pair in combinations(found.annotators, 2)],
        "criteria": {
            name: _alpha(_marks(found, name), "ordinal", confidence, rng)
            for name in criteria_of(found)
        },
    }


def criteria_of(found: Standing) -> list[str]:
    """Return the criteria that anybody gave points for."""
    return sorted({name for one in found.by_people for name in one.ratings})


def _choice(rating: Rating, first: str) -> str:
    """Return what was said, by model instead of by side."""
    if rating.preferred is None:
        return rating.choice
    return "first" if rating.preferred == first else "second"


def _marks(found: Standing, criterion: str) -> list[tuple[str, str, float]]:
    """Return person, answer and points; an answer is a row and a model."""
    return [
        (one.annotator, f"{one.row} {model}", float(points))
        for one in found.by_people
        for model in found.models
        if (points := one.points(criterion, model)) is not None
    ]


def _alpha(
    said: Sequence[tuple[str, str, float]],
    level: Level,
    confidence: float,
    rng: np.random.Generator,
) -> dict[str, float] | None:
    """Return alpha with its interval, None where there is none."""
    score = alpha_score(_grid(said), level, RESAMPLES, confidence, rng)
    return score.as_dict() if score else None


def _grid(said: Sequence[tuple[str, str, float]]) -> Floats:
    """Return what people said as (people, units), NaN where they did not."""
    people = {name: place for place, name in enumerate(sorted({one[0] for one in said}))}
    units = {name: place for place, name in enumerate(sorted({one[1] for one in said}))}
    grid = np.full((len(people), len(units)), np.nan)
    for person, unit, value in said:
        grid[people[person], units[unit]] = value
    return grid


def _two(found: Standing, one: str, other: str) -> dict[str, Any]:
    """Return how far two people agree on the rows that both were asked about."""
    said = {
        (rating.annotator, rating.row): _choice(rating, found.models[0])
        for rating in found.by_people
    }
    rows = [row for row in found.comparisons if (one, row) in said and (other, row) in said]
    pairs = [(said[one, row], said[other, row]) for row in rows]
    same = sum(a == b for a, b in pairs)
    return {
        "annotators": [one, other],
        "rows": len(rows),
        "same_ratio": same / len(rows) if rows else None,
        "kappa": cohen_kappa(*map(list, zip(*pairs, strict=True))) if rows else None,
    }
