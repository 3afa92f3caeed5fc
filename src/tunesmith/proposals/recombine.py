"""Recombine: what one row of a slice asks for, in the words in which another row of it asks."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import PositiveInt

from tunesmith.augmenters.facts import names
from tunesmith.proposals.maker import LEAST, Bench, Candidate, Made, Maker
from tunesmith.proposals.swaps import asked_as
from tunesmith.proposals.target import Target
from tunesmith.rows import (
    WORDS_OF,
    Message,
    Row,
    conversation,
    file_of,
    meta_of,
    prompt_of,
    row_id,
    to_json,
)
from tunesmith.text.numbers import numbers

SPARES = 2  # rows for each that is wanted
NEIGHBOURS = 8  # train rows that a failure is near


class Recombine(Maker):
    """Cross the train rows of a slice: the question of one, the facts and the answer of another.

    Only answers that have their facts from the question can be crossed, and an answer stays to the
    letter as a train row has it. The few rows that a starved slice has become all their pairs.

    Source: the idea, that parts which stand in like surroundings may be exchanged, is of
    https://arxiv.org/abs/1904.09545; here the answers tell which parts.
    """

    kind: Literal["recombine"] = "recombine"
    parents: PositiveInt = 60  # train rows of a language that are crossed, each with each

    def __call__(self, target: Target, bench: Bench, wanted: int) -> Made:
        """See `Maker`."""
        if bench.labelled or not wanted:
            return Made([])
        near = _nearest(target, bench)
        order = [int(place) for place in np.argsort(-near, kind="stable") if near[place] > 0]
        refused: Counter[str] = Counter()
        found = list[Candidate]()
        for lang in sorted({bench.train[place]["lang"] or "und" for place in order}):
            own = [place for place in order if (bench.train[place]["lang"] or "und") == lang]
            own = own[: self.parents]
            rows, scores = [bench.train[place] for place in own], [float(near[k]) for k in own]
            found += _crossed(rows, scores, SPARES * wanted, refused)
        return Made(found, refused)


def _nearest(target: Target, bench: Bench) -> NDArray[np.float64]:
    """Return how much each train row is what the failures are nearest to, 0 to 1.

    A slice may be wide, and its failures of one sort: then only rows of that sort are near. It is
    the mean likeness to the failures that have the row among their nearest ones.
    """
    found = np.zeros(len(bench.train))
    if not target.failures or not len(bench.space):
        return found
    alike = bench.space.likeness(target.failures)
    free = [row["parent"] is None and target.holds(row) is not False for row in bench.train]
    alike[:, ~np.array(free, dtype=bool)] = 0.0
    for line in np.where(alike < LEAST, 0.0, alike):
        nearest = np.argsort(-line, kind="stable")[:NEIGHBOURS]
        found[nearest] += line[nearest]
    near: NDArray[np.float64] = found / len(target.failures)
    return near


def _crossed(
    rows: Sequence[Row], scores: Sequence[float], most: int, refused: Counter[str]
) -> list[Candidate]:
    """Return what can be crossed, so that every beginning has all words and all answers evenly."""
    found = list[Candidate]()
    for place, other in _pairs(len(rows)):
        made = _asked_as(rows[place], rows[other])
        if made is None:
            refused["answers_not_of_one_form"] += 1
            continue
        found.append(Candidate(_child(rows[place], rows[other], made), scores[place]))
        if len(found) == most:
            break
    return found


def _pairs(count: int) -> Iterator[tuple[int, int]]:
    """Yield every pair of different places; each lap has each place once on either side."""
    for lap in range(1, count):
        for place in range(count):
            yield place, (place + lap) % count


def _asked_as(row: Row, other: Row) -> str | None:
    """Return the last question of a row asking for the answer of the other, if that is safe.

    Both are of one file, so that a licence, or a request to forget the file, holds for what is
    made of them. What was said before that question may name nothing of its own.
    """
    own, others = conversation(row), conversation(other)
    if not (_is_answered(own) and _is_answered(others)):
        return None
    if row["task"] != other["task"] or file_of(row["source"]) != file_of(other["source"]):
        return None
    shared = [turn["content"] for turn in others]
    said = "\n".join(one["content"] or "" for one in own[:-2] if one["content"] not in shared)
    if numbers(said) or names(said):
        return None
    asked, other_asked = own[-2]["content"], others[-2]["content"]
    return asked_as(asked, own[-1]["content"], other_asked, others[-1]["content"])


def _is_answered(turns: Sequence[Message]) -> bool:
    """True for a conversation that ends with a question of the user and an answer in words."""
    if [turn["role"] for turn in turns[-2:]] != ["user", "assistant"]:
        return False
    return bool(turns[-2]["content"] and turns[-1]["content"] and not turns[-1].get("tool_calls"))


def _child(row: Row, other: Row, question: str) -> Row:
    """Return the row that asks in the words of one for the answer of the other, its parent."""
    *before, last = prompt_of(row)
    prompt, answer = [*before, {**last, "content": question}], conversation(other)[-1:]
    is_whole = bool(row["messages"])  # a conversation of several answers
    meta = {**meta_of(other), "made": {"op": "recombine", WORDS_OF: row["id"]}}
    child = {
        **other,
        "prompt": None if is_whole else prompt,
        "completion": None if is_whole else answer,
        "messages": [*prompt, *answer] if is_whole else None,
        "parent": other["id"],
        "op": "recombine",
        "split": "train",
        "meta": to_json(meta, sort_keys=True),
    }
    return {**child, "id": row_id(f"recombine:{other['id']}:{row['id']}", child)}
