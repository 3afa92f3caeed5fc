"""Frames: one sentence that answers several rows, filled each time with parts of the question."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from tunesmith.augmenters.facts import names
from tunesmith.augmenters.tokens import tokenise
from tunesmith.proposals.asked import Asked, is_alike, names_its_own
from tunesmith.proposals.swaps import HOLE, SHARED, occurrences, replaced, swaps, with_holes
from tunesmith.rows import Row
from tunesmith.text.numbers import numbers

FEWEST = 4  # different answers that show a frame
VARIED = 3  # values of each slot at least: of one that hardly changes nobody knows if it may
FIGURES = re.compile(r"\d+")


class Member(NamedTuple):
    """A row whose answer is the frame filled in, with the value of each slot."""

    asked: Asked
    values: tuple[str, ...]


class Frame(NamedTuple):
    """An answer with slots.

    Attributes:
        between: what stands before, between and after the S slots, S + 1 texts.
        copied: the slots that stand in the question as they are, of all members.
        figures_of: slot → copied slot whose figures it repeats (`20` of `SPRING20`).
        members: train rows that are answered so.
    """

    between: tuple[str, ...]
    copied: tuple[int, ...]
    figures_of: Mapping[int, int]
    members: list[Member]

    @property
    def row(self) -> Row:
        """Return the first of its rows: all are of one file and one task."""
        return self.members[0].asked.row

    @property
    def is_free(self) -> bool:
        """True if the answer says nothing but what the question does."""
        return len(self.copied) + len(self.figures_of) == len(self.between) - 1

    def answer(self, values: Mapping[int, str]) -> str:
        """Return the answer with the copied slots filled in, and those that follow from them."""
        told = {slot: FIGURES.findall(values[of])[0] for slot, of in self.figures_of.items()}
        filled = {**values, **told}
        parts = [filled[slot] + text for slot, text in enumerate(self.between[1:])]
        return self.between[0] + "".join(parts)


def frames_of(rows: Sequence[Asked], train: Sequence[Asked]) -> Iterator[Frame]:
    """Yield the frames that rows show, the first row's first.

    Four different answers of train at least are a frame, and each of its slots has three values at
    least. It is free if every train row of that file whose answer it is has all of them from its
    own question.

    Args:
        rows: frames are read off these; that takes the square of their number.
        train: rows of the same language that may show a frame, or speak against it.
    """
    known = set[str]()
    for own in rows:
        if own.row["id"] in known:
            continue
        between = _between(own, rows)
        if between is None:
            continue
        members = _members(between, [one for one in train if is_alike(own.row, one.row)])
        known |= {one.asked.row["id"] for one in members}
        if _is_shown(members):
            copied = _copied(members)
            yield Frame(between, copied, _figures_of(members, copied), members)


def question_of(frame: Frame, member: Member, train: Sequence[Asked]) -> str | None:
    """Return the question of a member with a hole at each slot; None where others cannot go there.

    Each value stands once in it, no other number or name does, nor in what was said before; and no
    train row that asks the same of other values is answered otherwise.
    """
    own = [member.values[slot] for slot in frame.copied]
    if any(occurrences(member.asked.question, value) != 1 for value in own):
        return None
    if any(a in b for k, a in enumerate(own) for n, b in enumerate(own) if k != n):
        return None
    held = member.asked.question
    for value in own:
        held = with_holes(held, value)
    rest = held.replace(HOLE, " ")
    if numbers(rest) or names(rest) or names_its_own(member.asked.before, ()):
        return None
    return None if _is_answered_otherwise(frame, member, held, train) else held


def _between(own: Asked, rows: Sequence[Asked]) -> tuple[str, ...] | None:
    """Return the texts of an answer around the parts in which others differ; None if none do."""
    tokens, spans = tokenise(own.answer), list[tuple[int, int]]()
    for one in rows:
        if not is_alike(own.row, one.row) or not _may_be_one(own.answer, one.answer):
            continue
        if swaps(own.question, own.answer, one.question, one.answer):
            found = replaced(tokens, tokenise(one.answer)) or []
            spans += [(start, end) for start, end, _, _ in found]
    if not spans:
        return None
    merged = _merged(spans)
    starts, ends = [0, *(end for _, end in merged)], [*(start for start, _ in merged), len(tokens)]
    return tuple("".join(tokens[a:b]) for a, b in zip(starts, ends, strict=True))


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans in order, those that overlap or touch as one."""
    merged = list[tuple[int, int]]()
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _members(between: Sequence[str], train: Sequence[Asked]) -> list[Member]:
    """Return the rows whose answer is the frame filled in."""
    pattern = re.compile("(.+?)".join(re.escape(text) for text in between), re.DOTALL)
    found = ((one, pattern.fullmatch(one.answer)) for one in train)
    return [Member(one, match.groups()) for one, match in found if match]


def _is_shown(members: Sequence[Member]) -> bool:
    """True if enough rows show the frame, with enough values of each slot."""
    if len({one.values for one in members}) < FEWEST:
        return False
    return all(
        len(set(values)) >= VARIED for values in zip(*(one.values for one in members), strict=True)
    )


def _copied(members: Sequence[Member]) -> tuple[int, ...]:
    """Return the slots whose values all stand in the questions."""
    return tuple(
        slot
        for slot in range(len(members[0].values))
        if all(occurrences(one.asked.question, one.values[slot]) for one in members)
    )


def _figures_of(members: Sequence[Member], copied: Sequence[int]) -> dict[int, int]:
    """Return which of the other slots repeat the figures of which copied slots."""
    found = dict[int, int]()
    for slot in set(range(len(members[0].values))) - set(copied):
        for of in copied:
            if all(FIGURES.findall(one.values[of]) == [one.values[slot]] for one in members):
                found.setdefault(slot, of)
    return found


@lru_cache(maxsize=4096)
def _words(answer: str) -> Counter[str]:
    """Return how often an answer has each of its words."""
    return Counter(token for token in tokenise(answer) if token.isalnum())


def _may_be_one(answer: str, other: str) -> bool:
    """Tell, cheaply, whether two answers may be one sentence filled in twice."""
    one, two = _words(answer), _words(other)
    return 2 * (one & two).total() >= SHARED * max(one.total(), two.total())


def _is_answered_otherwise(frame: Frame, member: Member, held: str, train: Sequence[Asked]) -> bool:
    """Tell whether a train row asks the same, of whatever values, and its answer is no member's."""
    pattern = re.compile("(.+?)".join(map(re.escape, held.split(HOLE))), re.DOTALL)
    known = {one.asked.row["id"] for one in frame.members}
    return any(
        one.before == member.asked.before
        and one.row["id"] not in known
        and is_alike(member.asked.row, one.row)
        and pattern.fullmatch(one.question)
        for one in train
    )
