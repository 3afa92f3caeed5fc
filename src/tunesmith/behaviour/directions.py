"""Which way the answers to CheckList's directional tests must go; its files do not say it."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from tunesmith.behaviour.change import Change, Moves, Probability
from tunesmith.behaviour.expect import Expect

NEUTRAL = "1"  # of the sentiment suite
MARGIN = 0.1  # "tolerance=0.1" in the suite's own descriptions


class Direction(NamedTuple):
    """What a DIR test expects of variants, and of which originals."""

    expect: Change
    only_if: Expect | None = None


def _moved(of: str, moves: Moves) -> Callable[[Mapping[str, str]], Direction | None]:
    """Return what expects the probability of a CheckList label to move."""

    def make(labels: Mapping[str, str]) -> Direction | None:
        if of not in labels:
            return None
        return Direction(Change(probability=Probability(of=labels[of], moves=moves, margin=MARGIN)))

    return make


def _confidence(moves: Moves) -> Callable[[Mapping[str, str]], Direction | None]:
    """Return what expects the original's label to become more or less likely, unless neutral."""

    def make(labels: Mapping[str, str]) -> Direction | None:
        sides = [made for label, made in labels.items() if label != NEUTRAL]
        move = Probability(moves=moves, margin=MARGIN)
        return Direction(Change(probability=move), Expect(label_in=sides)) if sides else None

    return make


def _no_duplicate_any_more(labels: Mapping[str, str]) -> Direction | None:
    """Expect pairs that were taken for duplicates to be none."""
    if not {"0", "1"} <= set(labels):
        return None
    return Direction(Change(label=labels["0"]), Expect(label=labels["1"]))


DIRECTIONS: dict[tuple[str, str], Callable[[Mapping[str, str]], Direction | None]] = {
    ("sentiment", "intensifiers"): _confidence("not_down"),
    ("sentiment", "reducers"): _confidence("not_up"),
    ("sentiment", '"used to" should reduce'): _confidence("not_up"),
    ("sentiment", "add positive phrases"): _moved("2", "not_down"),
    ("sentiment", "add negative phrases"): _moved("2", "not_up"),
    ("qqp", "Change first name in one of the questions"): _no_duplicate_any_more,
    ("qqp", "Change first and last name in one of the questions"): _no_duplicate_any_more,
    ("qqp", "Change location in one of the questions"): _no_duplicate_any_more,
    ("qqp", "Change numbers in one of the questions"): _no_duplicate_any_more,
}  # "Testing implications" (qqp) needs three answers at once and is not scored


def direction_of(suite: str, test: str, labels: Mapping[str, str]) -> Direction | None:
    """Return what a test expects in the project's labels, or None where that is not known.

    Source: the descriptions inside of the suites, and `checklist/expect.py` of
    https://github.com/marcotcr/checklist.
    """
    make = DIRECTIONS.get((suite, test))
    return make(labels) if make else None
