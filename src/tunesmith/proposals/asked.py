"""What a row asks and answers, for makers that put the parts of rows together anew."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from tunesmith.augmenters.facts import names
from tunesmith.proposals.maker import LEAST, Bench
from tunesmith.proposals.target import Target
from tunesmith.rows import Message, Row, conversation, file_of, prompt_of
from tunesmith.text.numbers import numbers

NEIGHBOURS = 8  # train rows that a failure is near


class Asked(NamedTuple):
    """The last question of a row, its answer, and what was said before the two."""

    row: Row
    before: tuple[str, ...]
    question: str
    answer: str


def asked_of(row: Row) -> Asked | None:
    """Return what a row asks; None if it does not end with a question and an answer in words."""
    turns = conversation(row)
    if [turn["role"] for turn in turns[-2:]] != ["user", "assistant"]:
        return None
    question, answer = turns[-2]["content"], turns[-1]["content"]
    if not question or not answer or turns[-1].get("tool_calls"):
        return None
    before = tuple(turn["content"] or "" for turn in turns[:-2])
    return Asked(row, before, question, answer)


def is_alike(row: Row, other: Row) -> bool:
    """True for rows of one task and one file.

    Then a licence, or a request to forget the file, holds for what is made of both.
    """
    return bool(row["task"] == other["task"]) and file_of(row["source"]) == file_of(other["source"])


def names_its_own(before: Sequence[str], others: Sequence[str]) -> bool:
    """Tell whether earlier turns name a number or a name, but for turns that the other has too."""
    said = "\n".join(turn for turn in before if turn not in others)
    return bool(numbers(said) or names(said))


def asking(row: Row, question: str, answer: Message) -> dict[str, list[Message] | None]:
    """Return what a row says, with another last question and an answer to it, in its own shape."""
    *before, last = prompt_of(row)
    prompt = [*before, {**last, "content": question}]
    if row["messages"]:  # a conversation of several answers
        return {"prompt": None, "completion": None, "messages": [*prompt, answer]}
    return {"prompt": prompt, "completion": [answer], "messages": None}


def nearest(target: Target, bench: Bench, most: int) -> Iterator[tuple[list[Row], list[float]]]:
    """Yield, language by language, the train rows that the failures are nearest to, best first.

    A slice may be wide, and its failures of one sort: then only rows of that sort are near. The
    score, 0 to 1, is the mean likeness to the failures that have the row among their nearest ones.
    Rows that were made of others are left out.

    Args:
        target: the slice.
        bench: train rows.
        most: rows of a language.
    """
    if not target.failures or not len(bench.space):
        return
    near = np.zeros(len(bench.train))
    alike = bench.space.likeness(target.failures)
    free = [row["parent"] is None and target.holds(row) is not False for row in bench.train]
    alike[:, ~np.array(free, dtype=bool)] = 0.0
    for line in np.where(alike < LEAST, 0.0, alike):
        closest = np.argsort(-line, kind="stable")[:NEIGHBOURS]
        near[closest] += line[closest]
    near /= len(target.failures)
    order = [int(place) for place in np.argsort(-near, kind="stable") if near[place] > 0]
    for lang in sorted({lang_of(bench.train[place]) for place in order}):
        own = [place for place in order if lang_of(bench.train[place]) == lang][:most]
        yield [bench.train[place] for place in own], [float(near[place]) for place in own]


def lang_of(row: Row) -> str:
    """Return the language of a row, `und` where it has none."""
    return row["lang"] or "und"
