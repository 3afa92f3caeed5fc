"""What every maker of proposals has: what it may look at, and what it gives back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from tunesmith.analysis.train_space import TrainSpace
from tunesmith.augmenters.tools import Tools
from tunesmith.component import Component
from tunesmith.proposals.news import news
from tunesmith.proposals.target import Target
from tunesmith.rows import Row, prompt_text

Needs = Literal["answer", "review"]
LEAST = 0.1  # likeness; below it two texts share no more than any two of a language
IN_SLICE = 0.5  # likeness that a row counts with at least if it is known to be of the slice


class Candidate(NamedTuple):
    """A row for the next round, before the guards have seen it.

    Attributes:
        row: with the columns of an example.
        score: 0 to 1, more is better; compares candidates of one maker.
        needs: what a person has to do before it counts; None: nothing.
        replaces: id of the train row whose place it takes.
        weight: how often training is to meet it.
    """

    row: Row
    score: float
    needs: Needs | None = None
    replaces: str | None = None
    weight: int = 1


@dataclass(frozen=True)
class Bench:
    """What makers work with; nothing on it is changed.

    Attributes:
        space: the train rows but repeats, and how near texts are to them.
        train: the same rows, in its order.
        weights: id → how often training meets a train row.
        held_out: validation, test and out-of-distribution rows, for guards only.
        labelled: the rows ask for a label.
        seed: of every random choice.
        tools: what augmenters need that ask a model or read a lexicon.
        pool: rows of the pool, with or without answers.
        written: rows that people wrote.
    """

    space: TrainSpace
    train: list[Row]
    weights: Mapping[str, int]
    held_out: list[Row]
    labelled: bool
    seed: int
    tools: Tools
    pool: list[Row] = field(default_factory=list)
    written: list[Row] = field(default_factory=list)

    @cached_property
    def news(self) -> NDArray[np.float64]:
        """Return how much the answer to each row of the pool would teach, 0 to 1."""
        texts = [prompt_text(row) for row in self.pool]
        return news(texts, self.space, self.labelled, self.seed)


class Maker(Component):
    """Proposes rows for one weak slice at a time."""

    kind: str
    share: float = Field(
        default=1.0, ge=0
    )  # part of a quota beside the others'; 0: fills gaps only
    beyond_quota: ClassVar[bool] = False  # all that it has is proposed, and takes no one's place
    is_fresh: ClassVar[bool] = False  # its rows may not be near-duplicates of train rows either

    def __call__(self, target: Target, bench: Bench, wanted: int) -> "Made":
        """Return candidates for a slice, the best first; more than `wanted` are spares."""
        raise NotImplementedError


class Made(NamedTuple):
    """Candidates, and how many rows were made and refused by the maker itself, by reason."""

    candidates: list[Candidate]
    refused: Mapping[str, int] = {}


def nearness(target: Target, rows: Sequence[Row], bench: Bench) -> NDArray[np.float64]:
    """Return how near each row is to the failures of a slice, 0 to 1.

    It is the greatest likeness of its question to one of them. Of a row that is known to belong to
    the slice it is 0.5 at least, of one that does not 0.
    """
    texts = [prompt_text(row) for row in rows]
    return _bounded(target, rows, likeness(texts, target.failures, bench.space))


def train_nearness(target: Target, bench: Bench, with_made: bool = False) -> NDArray[np.float64]:
    """Return `nearness` of each train row.

    Args:
        target: the slice.
        bench: train rows.
        with_made: else rows that were made of others count 0, for they would be grown twice.
    """
    if not target.failures:
        return np.zeros(len(bench.train))
    near = _bounded(target, bench.train, bench.space.likeness(target.failures).max(axis=0))
    own = np.array([with_made or row["parent"] is None for row in bench.train], dtype=bool)
    found: NDArray[np.float64] = np.where(own, near, 0.0)
    return found


def _bounded(target: Target, rows: Sequence[Row], near: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the likeness of rows within what is known of their belonging to the slice."""
    told = [target.holds(row) for row in rows]
    inside = np.array([one is True for one in told], dtype=bool)
    outside = np.array([one is False for one in told], dtype=bool)
    near = np.where(near < LEAST, 0.0, near)
    found: NDArray[np.float64] = np.where(inside, np.maximum(near, IN_SLICE), near)
    return np.where(outside, 0.0, found)


def likeness(texts: list[str], others: list[str], space: TrainSpace) -> NDArray[np.float64]:
    """Return the greatest likeness of each text to one of the others; 0 without any."""
    if not texts or not others or not len(space):
        return np.zeros(len(texts))
    found: Any = space.vectors(texts) @ space.vectors(others).T
    return np.asarray(found.max(axis=1).toarray(), dtype=np.float64).ravel()


def best_first(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return candidates by score, of equal ones by id."""
    return sorted(candidates, key=lambda one: (-one.score, str(one.row["id"])))
