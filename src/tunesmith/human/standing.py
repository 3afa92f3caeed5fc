"""All ratings of two models that still hold: of the answers that the models give now."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tunesmith.errors import UserError
from tunesmith.human.comparison import Comparison, read_comparisons
from tunesmith.human.lines import read_lines
from tunesmith.human.newest import newest
from tunesmith.human.rating import Rating

OTHER_MODELS = "ratings of other models"
NO_ROW = "ratings of rows that are no longer there"
STALE = "ratings of other answers than the models give now"
WITHDRAWN = "ratings taken back"
TORN = "lines torn by a crash"


@dataclass(frozen=True)
class Standing:
    """The ratings that count, and how many lines do not, by reason.

    Attributes:
        comparisons: by row; those that at least one rating is about.
        ratings: one for each person and row, people and rows in order.
        left_out: reason → count; a rating that the same person changed is none of them.
    """

    models: tuple[str, str]
    comparisons: dict[str, Comparison]
    ratings: list[Rating]
    left_out: dict[str, int]

    @property
    def annotators(self) -> list[str]:
        """Everybody who rated, in order."""
        return sorted({one.annotator for one in self.ratings})

    def of_row(self, row: str) -> list[Rating]:
        """Return what everybody said of a row."""
        return [one for one in self.ratings if one.row == row]

    @property
    def by_people(self) -> list[Rating]:
        """The ratings that a person gave: identical answers are no agreement."""
        return [one for one in self.ratings if not one.automatic]


def read_ratings(folder: Path) -> tuple[list[Rating], int]:
    """Return every line of every person's file, and how many torn lines were left out.

    Raises:
        UserError: there is no rating yet, or a line is none.
    """
    found = [read_lines(path) for path in sorted(folder.glob("*.jsonl"))]
    ratings = [rating for one in found for rating in one.said]
    if not ratings:
        raise UserError(f"{folder}: no rating yet; `tunesmith judge` opens the page for them")
    return ratings, sum(bool(one.torn) for one in found)


def standing(comparisons: Sequence[Comparison], ratings: Iterable[Rating], torn: int) -> Standing:
    """Return the ratings that hold for these comparisons.

    Args:
        comparisons: of the answers that the models give now; not empty.
        ratings: lines in the order in which they were written.
        torn: lines that could not be read.
    """
    known = {one.id: one for one in comparisons}
    models = comparisons[0].models
    left_out = Counter({TORN: torn} if torn else {})
    kept = []
    for one in newest(ratings):
        reason = _reason(one, known, models)
        if reason is None:
            kept.append(one)
        else:
            left_out[reason] += 1
    kept.sort(key=lambda one: (one.annotator, one.row))
    rated = {one.row for one in kept}
    there = {row: one for row, one in known.items() if row in rated}
    return Standing(models, there, kept, dict(sorted(left_out.items())))


def _reason(rating: Rating, known: dict[str, Comparison], models: tuple[str, str]) -> str | None:
    """Return why a rating does not count, None if it does."""
    if rating.models != set(models):
        return OTHER_MODELS
    if rating.row not in known:
        return NO_ROW
    if rating.answers != known[rating.row].pairs:
        return STALE
    return WITHDRAWN if rating.withdrawn else None


def standing_of(test: Path, predictions: Path, ratings: Path, models: tuple[str, str]) -> Standing:
    """Read rows, predictions and ratings, and return the ratings that hold.

    Raises:
        UserError: a file is missing or broken, or no rating is of these models' answers.
    """
    comparisons = read_comparisons(test, predictions, models)
    found = standing(comparisons, *read_ratings(ratings))
    if not found.ratings:
        why = "; ".join(f"{reason} ({lines})" for reason, lines in found.left_out.items())
        raise UserError(f"{ratings}: no rating of {' and '.join(models)} counts: {why}")
    return found
