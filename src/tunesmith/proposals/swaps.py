"""What two rows say differently, where their answers have it from their own questions."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from tunesmith.augmenters.facts import names
from tunesmith.augmenters.tokens import tokenise
from tunesmith.text.numbers import numbers

SHARED = 0.5  # of the longer answer's words; below it they are two answers, not one filled twice
FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")
HOLE = "\0"  # stands for what a question has from the other one
ASCII_WORD = "[A-Za-z0-9]"


class Swap(NamedTuple):
    """A part of one text, and what the other has in its place."""

    own: str
    other: str


def asked_as(asked: str, answer: str, other_asked: str, other_answer: str) -> str | None:
    """Return the first question asking for the second answer, or None where that is not safe.

    `Cancel order 5, please.` with `Order 5 is cancelled.`, and `I don't want order 8.` with `Order
    8 is cancelled.`, make `Cancel order 8, please.` It is safe where both answers are one sentence
    filled in twice, and each filling stands once in its own question; only a figure may be in
    neither, for it follows from the others (`takes 3 days`). Nor may the first question name
    another number or name: the second answer has to be true of all that is asked.
    """
    found = swaps(asked, answer, other_asked, other_answer)
    if not found:
        return None
    frame = asked
    for one in found:
        frame = with_holes(frame, one.own)
    if numbers(frame.replace(HOLE, " ")) or names(frame.replace(HOLE, " ")):
        return None
    order = sorted(found, key=lambda one: place_of(asked, one.own))
    for one in order:
        frame = frame.replace(HOLE, one.other, 1)
    return frame if frame != asked else None


def swaps(asked: str, answer: str, other_asked: str, other_answer: str) -> list[Swap] | None:
    """Return what to put in place of what in the first question; None where that cannot be told.

    A part that is in one of the questions and not in the other, or twice, cannot be moved.
    """
    moved = []
    for one in differences(tokenise(answer), tokenise(other_answer)) or []:
        times = (occurrences(asked, one.own), occurrences(other_asked, one.other))
        if times == (1, 1):
            moved.append(one)
        elif times != (0, 0) or not (FIGURE.fullmatch(one.own) and FIGURE.fullmatch(one.other)):
            return None
    clear = all(a == b or a.own not in b.own for a in moved for b in moved)
    return moved if moved and clear else None


def differences(answer: Sequence[str], other: Sequence[str]) -> list[Swap] | None:
    """Return the parts in which two answers differ, in order; None where they are no one sentence.

    Args:
        answer: its tokens.
        other: those of the other.
    """
    found = replaced(answer, other)
    if found is None:
        return None
    return [Swap("".join(answer[a:b]), "".join(other[c:d])) for a, b, c, d in found]


def replaced(answer: Sequence[str], other: Sequence[str]) -> list[tuple[int, int, int, int]] | None:
    """Return `differences` as places: where each part begins and ends, in one and in the other."""
    found, shared = [], 0
    matcher = SequenceMatcher(None, answer, other, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            shared += _words(answer[a:b])
        elif kind == "replace" and _words(answer[a:b]) and _words(other[c:d]):
            found.append((a, b, c, d))
        else:
            return None
    return found if shared >= SHARED * max(_words(answer), _words(other)) else None


def _words(tokens: Sequence[str]) -> int:
    """Return how many words there are, and Chinese characters: words of those are not all known."""
    return sum(1 if token.isascii() else len(token) for token in tokens if token.isalnum())


def occurrences(text: str, part: str) -> int:
    """Return how often a text has a part, as whole words."""
    return len(re.findall(whole(part), text))


def place_of(text: str, part: str) -> int:
    """Return where a text has a part, as whole words: the `S` of `Size S` is its second.

    Raises:
        ValueError: it has no such part.
    """
    found = re.search(whole(part), text)
    if found is None:
        raise ValueError(f"{part!r} is not in {text!r}")
    return found.start()


def with_holes(text: str, part: str) -> str:
    """Return a text with a hole where the part was."""
    return re.sub(whole(part), HOLE, text)


def whole(part: str) -> str:
    """Return the pattern of a part that no Latin word or figure goes on from."""
    before = rf"(?<!{ASCII_WORD})" if re.match(ASCII_WORD, part) else ""
    after = rf"(?!{ASCII_WORD})" if re.search(rf"{ASCII_WORD}$", part) else ""
    return before + re.escape(part) + after
