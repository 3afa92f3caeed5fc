"""Rows whose label or answer is likely wrong: test rows, and train rows near the failures."""

import json
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tunesmith.analysis.train_space import TrainSpace
from tunesmith.text.confident import confident_errors
from tunesmith.text.differences import same_facts, says_the_same

if TYPE_CHECKING:
    import pandas as pd

VOTERS = 5
FEWEST_VOTES = 3
NEAR = 0.35  # likeness from which on a neighbour has a say; below it the texts share little
SAME_QUESTION = 0.8  # likeness from which on two questions are looked at word by word
MOST_FAILURES = 1000
MOST = 50  # shown of each

Labels = list[str]


def suspected_tests(
    cases: "pd.DataFrame", space: TrainSpace, chances: list[dict[str, float]] | None
) -> list[dict[str, Any]]:
    """Return wrong test rows whose reference is likely the error, the likeliest first.

    Two witnesses: the model (confident learning, if its probabilities are known) and the nearest
    train rows (all that are near have one other label). A model that is weak on a slice is surely
    wrong there, so both have to agree where both can speak.

    Args:
        cases: as `build_cases` makes them, of a classification.
        space: train rows.
        chances: for each case its label → probability, or None.
    """
    wrong = np.flatnonzero(cases["wrong"].to_numpy(dtype=bool))
    if not len(wrong) or (chances is None and not len(space)):
        return []
    given = list(cases["reference"])
    sure = _confident(given, chances)
    votes = _votes(space, [cases["prompt"].iloc[place] for place in wrong])
    found = []
    for place, vote in zip(wrong.tolist(), votes, strict=True):
        heard = [one for one in (sure[place], vote) if one is not None]
        needed = (chances is not None) + bool(len(space))
        if len(heard) == needed and len(set(heard)) == 1 and heard[0] != given[place]:
            found.append(_suspect(cases.iloc[place], heard[0], chances, place))
    return sorted(found, key=lambda one: (-(one["margin"] or 0.0), one["id"]))[:MOST]


def _confident(given: Labels, chances: list[dict[str, float]] | None) -> list[str | None]:
    """Return, for each row, the label that the model is sure of against the given one."""
    if chances is None:
        return [None] * len(given)
    names = sorted(set(given))
    number = {name: place for place, name in enumerate(names)}
    table = np.array([[row.get(name, 0.0) for name in names] for row in chances])
    errors = confident_errors(np.array([number[name] for name in given]), table)
    best = table.argmax(axis=1)
    return [
        names[label] if error else None for error, label in zip(errors, best.tolist(), strict=True)
    ]


def _votes(
    space: TrainSpace, texts: list[str], without: NDArray[np.int64] | None = None
) -> list[str | None]:
    """Return the one label that all near train rows of each text have, or None.

    Args:
        space: train rows.
        texts: T texts.
        without: (T,) places of train rows that have no say, the texts themselves.
    """
    near = space.nearest(texts, VOTERS + 1)
    found: list[str | None] = []
    for row in range(len(texts)):
        own = -1 if without is None else without[row]
        heard = [
            space.answers[place]
            for place, likeness in zip(near.places[row], near.likeness[row], strict=True)
            if place != own and likeness >= NEAR
        ][:VOTERS]
        found.append(heard[0] if len(heard) >= FEWEST_VOTES and len(set(heard)) == 1 else None)
    return found


def _suspect(
    case: "pd.Series[Any]", label: str, chances: list[dict[str, float]] | None, place: int
) -> dict[str, Any]:
    """Return what is shown of a suspected test row."""
    own = chances[place] if chances is not None else {}
    margin = own.get(label, 0.0) - own.get(case["reference"], 0.0) if own else None
    return {
        "id": case["id"],
        "prompt": case["prompt"],
        "given": case["reference"],
        "likely": label,
        "margin": margin,
    }


def near_failures(cases: "pd.DataFrame", space: TrainSpace) -> NDArray[np.int64]:
    """Return the places of train rows near the worst failures, the nearest neighbours of each."""
    wrong = cases[cases["wrong"].astype(bool)].sort_values(["candidate_score", "id"])
    return near_texts(list(wrong["prompt"].head(MOST_FAILURES)), space)


def near_texts(texts: list[str], space: TrainSpace, count: int = VOTERS) -> NDArray[np.int64]:
    """Return the places of train rows near some texts, `count` neighbours of each at most."""
    near = space.nearest(texts, count)
    return np.unique(near.places[near.likeness >= NEAR])


def suspected_train(
    places: NDArray[np.int64], space: TrainSpace, classification: bool
) -> list[dict[str, Any]]:
    """Return, of the train rows at `places`, those that contradict the train rows around them.

    A label is suspected if all near rows have one other label. A generated answer is contradicted
    if another row asks the same, with the same numbers and names, and is answered otherwise.
    """
    texts = [space.prompts[place] for place in places]
    if not classification:
        return _contradictions(space, places, texts)[:MOST]
    votes = _votes(space, texts, without=places)
    return [
        {
            "id": space.ids[place],
            "prompt": space.prompts[place],
            "given": space.answers[place],
            "likely": vote,
        }
        for place, vote in zip(places.tolist(), votes, strict=True)
        if vote is not None and vote != space.answers[place]
    ][:MOST]


def _contradictions(
    space: TrainSpace, places: NDArray[np.int64], texts: list[str]
) -> list[dict[str, Any]]:
    """Return pairs of train rows that ask the same and answer otherwise."""
    near = space.nearest(texts, VOTERS)
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for row, place in enumerate(places.tolist()):
        for other, likeness in zip(near.places[row].tolist(), near.likeness[row], strict=True):
            key = (min(place, other), max(place, other))
            if place == other or key in found or likeness < SAME_QUESTION:
                continue
            if _contradict(space, place, other):
                first, second = key
                found[key] = {
                    "id": space.ids[first],
                    "other": space.ids[second],
                    "prompt": space.prompts[first],
                    "given": space.answers[first],
                    "likely": space.answers[second],
                }
    return [found[key] for key in sorted(found)]


def _contradict(space: TrainSpace, first: int, second: int) -> bool:
    """True for the same question with another answer."""
    asked = same_facts(space.prompts[first], space.prompts[second])
    return asked and not says_the_same(space.answers[first], space.answers[second])


def label_errors(
    cases: "pd.DataFrame",
    space: TrainSpace,
    chances: list[dict[str, float]] | None,
    classification: bool,
) -> dict[str, Any]:
    """Return suspected test rows (of a classification), train rows, and how many were judged."""
    near = near_failures(cases, space)
    return {
        "test": suspected_tests(cases, space, chances) if classification else [],
        "train": suspected_train(near, space, classification),
        "train_looked_at": len(near),
    }


def chances_of(
    ids: "pd.Series[Any]", candidate: "pd.DataFrame | None"
) -> list[dict[str, float]] | None:
    """Return label → probability of each test row, or None where the model gave a row none.

    Args:
        ids: of the test rows.
        candidate: predictions with `id` and `scores`; it may hold more rows than these.
    """
    if candidate is None:
        return None
    known = dict(zip(candidate["id"], candidate["scores"], strict=True))
    scores = [known.get(one) for one in ids]
    if any(not isinstance(one, str) for one in scores):
        return None
    return [{str(k): float(v) for k, v in json.loads(str(one)).items()} for one in scores]
