"""Deals the demo's rows out: to the teacher, to a student, and those that neither has seen."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from benchmarks.small_task import rows
from tunesmith.rows import PROMPT, Row

UNSEEN, TAUGHT, CHOOSE = 300, 800, 32


@dataclass(frozen=True)
class Dealt:
    """Rows of one seed.

    Attributes:
        own: that the student has, with answers.
        choose: that choose its best checkpoint.
        asked: whose answers it has not.
    """

    own: list[Row]
    choose: list[Row]
    asked: list[Row]

    def learnt(self, which: str) -> list[Row]:
        """Return what a student learns from.

        Args:
            which: `own` rows; those and `prompts` without answers; those and the same prompts
                `answered` by the demo itself; or those and what the teacher was `taught` with.
        """
        beside = {
            "own": [],
            "prompts": [as_prompt(row) for row in self.asked],
            "answered": self.asked,
            "taught": taught(),
        }
        return [*self.own, *beside[which]]


@cache
def pool() -> list[Row]:
    """Return the sound rows of the demo, each prompt once, in an order of our own."""
    each = {row["prompt"][0]["content"]: row for row in reversed(rows(0, 10**6))}
    return [{**row, "id": f"row-{n}"} for n, row in enumerate(reversed(each.values()))]


def unseen() -> list[Row]:
    """Return the rows that everything is measured on."""
    return pool()[:UNSEEN]


def taught() -> list[Row]:
    """Return the teacher's rows."""
    return pool()[UNSEEN : UNSEEN + TAUGHT]


def deal(own: int, asked: int, seed: int) -> Dealt:
    """Return rows of a seed: so many with an answer, and so many without."""
    rest = pool()[UNSEEN + TAUGHT :]
    order = [rest[place] for place in np.random.default_rng(seed).permutation(len(rest))]
    known = own + CHOOSE
    return Dealt(order[:own], order[own:known], order[known : known + asked])


def as_prompt(row: Row) -> Row:
    """Return a row without its answer."""
    return {**row, "task": PROMPT, "completion": None}
