"""Relabel: train rows near the failures whose answer the rows around them contradict."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from tunesmith.analysis.suspects import NEAR, SAME_QUESTION, VOTERS, near_texts, suspected_train
from tunesmith.analysis.train_space import TrainSpace
from tunesmith.proposals.maker import Bench, Candidate, Made, Maker, best_first
from tunesmith.proposals.target import Target
from tunesmith.rows import Row, row_id
from tunesmith.text.differences import same_facts, says_the_same

LOOKED_AT = 30  # train rows around one, of which those count that ask the same


class Doubt(NamedTuple):
    """A train row by its place, the answer that others give, and the share of them that do."""

    place: int
    likely: str
    share: float


class Relabel(Maker):
    """Propose the answer of the rows around a train row in place of its own.

    A label is in doubt if all near rows have one other label; an answer if another row asks the
    same, with the same numbers and names, and is answered otherwise: then what fewer rows say is.
    The score is the share of the rows around it that speak for the other answer, itself among them.
    """

    kind: Literal["relabel"] = "relabel"
    sure_above: float | None = Field(default=None, gt=0, lt=1)  # score; null: always reviewed

    def __call__(self, target: Target, bench: Bench, wanted: int) -> Made:
        """See `Maker`."""
        del wanted
        places = near_texts(target.failures, bench.space, LOOKED_AT)
        told = [target.holds(row) is not False for row in bench.train]
        inside = np.array([place for place in places.tolist() if told[place]], dtype=np.int64)
        doubts = _labels(inside, bench) if bench.labelled else _answers(inside, bench)
        found = {}
        for one in doubts:
            row = answered(bench.train[one.place], one.likely)
            if row is not None and row["parent"] is None:
                found[one.place] = self._candidate(row, one.share, bench)
        return Made(best_first(list(found.values())))

    def _candidate(self, row: Row, share: float, bench: Bench) -> Candidate:
        """Return the candidate of a mended row; it weighs what the row weighed."""
        sure = self.sure_above is not None and share > self.sure_above
        new = {**row, "id": row_id(f"relabel:{row['id']}", row)}
        weight = bench.weights[row["id"]]
        return Candidate(new, share, None if sure else "review", row["id"], weight)


def answered(row: Row, answer: str) -> Row | None:
    """Return the row with another answer; None where the row's shape holds no single one."""
    turn = {"role": "assistant", "content": answer}
    if row["task"] == "classification":
        return {**row, "label": answer}
    if row["task"] == "chat" and row["completion"]:
        return {**row, "completion": [*row["completion"][:-1], turn]}
    if row["task"] == "chat" and row["messages"] and row["messages"][-1]["role"] == "assistant":
        return {**row, "messages": [*row["messages"][:-1], turn]}
    return None


def _labels(places: NDArray[np.int64], bench: Bench) -> Iterator[Doubt]:
    """Yield train rows whose near rows all have one other label."""
    number = {id_: place for place, id_ in enumerate(bench.space.ids)}
    for one in suspected_train(places, bench.space, classification=True):
        place = number[one["id"]]
        near = bench.space.nearest([bench.space.prompts[place]], VOTERS + 1)
        votes = int((near.likeness[0] >= NEAR).sum())
        yield Doubt(place, one["likely"], (votes - 1) / votes)


def _answers(places: NDArray[np.int64], bench: Bench) -> Iterator[Doubt]:
    """Yield, of two train rows that ask the same and contradict, the one that fewer rows back."""
    number = {id_: place for place, id_ in enumerate(bench.space.ids)}
    for one in suspected_train(places, bench.space, classification=False):
        pair = number[one["id"]], number[one["other"]]
        backed = [_backers(bench.space, place) for place in pair]
        old, new = (0, 1) if backed[0] <= backed[1] else (1, 0)
        yield Doubt(pair[old], bench.space.answers[pair[new]], backed[new] / sum(backed))


def _backers(space: TrainSpace, place: int) -> int:
    """Return how many rows ask what a row asks and answer as it does, itself among them."""
    text, answer = space.prompts[place], space.answers[place]
    near = space.nearest([text], LOOKED_AT)
    others: list[int] = near.places[0][near.likeness[0] >= SAME_QUESTION].tolist()
    alike = [
        other
        for other in others
        if other != place
        and same_facts(text, space.prompts[other])
        and says_the_same(answer, space.answers[other])
    ]
    return 1 + len(alike)
