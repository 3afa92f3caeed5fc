"""Recombine: what one row of a slice asks for, in the words in which another row of it asks."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import PositiveInt

from tunesmith.proposals.asked import asked_of, asking, is_alike, names_its_own, nearest
from tunesmith.proposals.maker import Bench, Candidate, Made, Maker
from tunesmith.proposals.swaps import asked_as
from tunesmith.proposals.target import Target
from tunesmith.rows import WORDS_OF, Row, conversation, meta_of, row_id, to_json

SPARES = 2  # rows for each that is wanted


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
        refused: Counter[str] = Counter()
        found = list[Candidate]()
        for rows, scores in nearest(target, bench, self.parents):
            found += _crossed(rows, scores, SPARES * wanted, refused)
        return Made(found, refused)


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
    own, others = asked_of(row), asked_of(other)
    if own is None or others is None or not is_alike(row, other):
        return None
    if names_its_own(own.before, [*others.before, others.question, others.answer]):
        return None
    return asked_as(own.question, own.answer, others.question, others.answer)


def _child(row: Row, other: Row, question: str) -> Row:
    """Return the row that asks in the words of one for the answer of the other, its parent."""
    meta = {**meta_of(other), "made": {"op": "recombine", WORDS_OF: row["id"]}}
    child = {
        **other,
        **asking(row, question, conversation(other)[-1]),
        "parent": other["id"],
        "op": "recombine",
        "split": "train",
        "meta": to_json(meta, sort_keys=True),
    }
    return {**child, "id": row_id(f"recombine:{other['id']}:{row['id']}", child)}
