"""Refill: rows of a slice with other numbers and names, where the answer only repeats those."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import numpy as np
from pydantic import PositiveInt

from tunesmith.proposals.asked import Asked, asked_of, asking, lang_of, nearest
from tunesmith.proposals.fillings import Value, fillings
from tunesmith.proposals.frames import Frame, Member, frames_of, question_of
from tunesmith.proposals.maker import Bench, Candidate, Made, Maker
from tunesmith.proposals.swaps import HOLE, occurrences, place_of
from tunesmith.proposals.target import Target
from tunesmith.proposals.turns import in_turn
from tunesmith.rows import VALUES_OF, Row, meta_of, row_id, to_json

SPARES = 2  # rows for each that is wanted
TRIES = 4  # for each spare: many fillings are there already
UNFIT, KNOWS_MORE = "question_not_to_be_filled", "answer_knows_more_than_the_question"
SAMPLE = 240  # train rows of a language whose frames are looked for values


class Refill(Maker):
    """Fill the question and the answer of a train row with values of other rows.

    It is done where the answers of four rows at least are one sentence, whose every slot is copied
    from the question: then the answer hangs on nothing but the question. Values of one slot go
    together with any of another, and come from slots of the same kind too.

    Source: slots that are filled anew as in CheckList's templates, https://arxiv.org/abs/2005.04118.
    """

    kind: Literal["refill"] = "refill"
    parents: PositiveInt = 60  # train rows of a language whose questions are filled

    def __call__(self, target: Target, bench: Bench, wanted: int) -> Made:
        """See `Maker`."""
        if bench.labelled or not wanted:
            return Made([])
        every = [
            one
            for row in bench.train
            if row["parent"] is None and (one := asked_of(row)) is not None
        ]
        rng = np.random.default_rng([bench.seed, len(bench.train)])  # other rows in each round
        refused: Counter[str] = Counter()
        found = list[Candidate]()
        for rows, near in nearest(target, bench, self.parents):
            scores = {row["id"]: score for row, score in zip(rows, near, strict=True)}
            train = [one for one in every if lang_of(one.row) == lang_of(rows[0])]
            shown = list(frames_of([one for row in rows if (one := asked_of(row))], train))
            frames = [one for one in shown if one.is_free]
            refused[KNOWS_MORE] += len(shown) - len(frames)
            others = list(_others(every)) if frames else []
            made = [
                (place, one)
                for place, frame in enumerate(frames)
                for one in _filled(frame, scores, others, train, SPARES * wanted, rng, refused)
            ]
            mass = [sum(scores.get(one.asked.row["id"], 0.0) for one in f.members) for f in frames]
            shares = {str(place): part / sum(mass) for place, part in enumerate(mass)}
            found += [one for _, one in in_turn(made, lambda pair: str(pair[0]), shares)]
        return Made(found, +refused)


def _others(every: Sequence[Asked]) -> Iterator[Frame]:
    """Yield the frames that rows from all over train show, language by language."""
    for lang in sorted({lang_of(one.row) for one in every}):
        train = [one for one in every if lang_of(one.row) == lang]
        yield from frames_of(train[:: len(train) // SAMPLE + 1], train)


def _filled(
    frame: Frame,
    scores: Mapping[str, float],
    others: Sequence[Frame],
    train: Sequence[Asked],
    most: int,
    rng: np.random.Generator,
    refused: Counter[str],
) -> Iterator[Candidate]:
    """Yield rows of one frame, so that every beginning has all words and all values evenly."""
    asked = list[tuple[Member, str]]()
    for member in frame.members:
        if member.asked.row["id"] in scores:
            held = question_of(frame, member, train)
            if held is None:
                refused[UNFIT] += 1
            else:
                asked.append((member, held))
    if not asked:
        return
    pools = {slot: fillings(frame, slot, others, train) for slot in frame.copied}
    there = {tuple(one.values[slot] for slot in frame.copied) for one in frame.members}
    shared = _shared_meta(frame.members)
    words = _laps(len(asked), rng)
    laps = {slot: _laps(len(pool), rng) for slot, pool in pools.items()}
    count = 0
    for _ in range(TRIES * most):
        member, held = asked[next(words)]
        values = {slot: pool[next(laps[slot])] for slot, pool in pools.items()}
        texts = {slot: one.text for slot, one in values.items()}
        question = _question(held, member, texts)
        if tuple(texts.values()) in there or question is None:
            continue
        there.add(tuple(texts.values()))
        row = _child(member.asked.row, question, frame.answer(texts), list(values.values()), shared)
        yield Candidate(row, scores[member.asked.row["id"]])
        count += 1
        if count == most:
            return


def _laps(count: int, rng: np.random.Generator) -> Iterator[int]:
    """Yield all places in an order of chance, then all in another."""
    while True:
        yield from rng.permutation(count).tolist()


def _question(held: str, member: Member, texts: Mapping[int, str]) -> str | None:
    """Return a question with its holes filled; None if it cannot be told which value is which."""
    order = sorted(texts, key=lambda slot: place_of(member.asked.question, member.values[slot]))
    for slot in order:
        held = held.replace(HOLE, texts[slot], 1)
    return held if all(occurrences(held, text) == 1 for text in texts.values()) else None


def _shared_meta(members: Sequence[Member]) -> dict[str, object]:
    """Return what `meta` says of all rows of a frame alike: other fields may hang on a value."""
    first, *others = [meta_of(one.asked.row) for one in members]
    return {key: cell for key, cell in first.items() if all(o.get(key) == cell for o in others)}


def _child(
    row: Row, question: str, answer: str, values: Sequence[Value], meta: Mapping[str, object]
) -> Row:
    """Return the row that asks in the words of one, its parent, with values of others."""
    others = sorted({own for one in values for own in one.rows} - {row["id"]})
    turn = {"role": "assistant", "content": answer}
    child = {
        **row,
        **asking(row, question, turn),
        "parent": row["id"],
        "op": "refill",
        "split": "train",
        "meta": to_json({**meta, "made": {"op": "refill", VALUES_OF: others}}, sort_keys=True),
    }
    return {**child, "id": row_id(f"refill:{row['id']}", child)}
