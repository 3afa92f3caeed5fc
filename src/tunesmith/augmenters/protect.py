"""Decides which tokens may be changed without changing what the right answer is."""

import re
from collections.abc import Sequence
from itertools import accumulate

from tunesmith.augmenters.facts import names
from tunesmith.augmenters.tokens import NO_WORDS, WORD, is_word
from tunesmith.text.negation import is_negator
from tunesmith.text.numbers import numbers

ASKING = (
    "what when where who whom whose which why how if whether "
    "什么 什么时候 何时 怎么 如何 怎样 哪里 哪儿 哪个 为什么 "
    "为何 多少 是否 能否 可否 如果 要是 假如"
)
QUESTIONS = frozenset(ASKING.split())
SAME_STEM_CHARS = 4


def changeable(
    tokens: Sequence[str],
    answer: str,
    protected: Sequence[str],
    more: frozenset[str] = NO_WORDS,
) -> list[int]:
    """Return the positions of words that may be changed.

    Left alone are numbers and codes, names and quotes, negators and the word after one,
    `protected` words and phrases, and all that the answer repeats: copied names must stay whole,
    and a word such as `cancel` carries an answer that says `cancelled`.
    """
    spans = covered(tokens, [*protected, *names("".join(tokens))])
    stems = answer_stems(answer)
    free = []
    negated = False
    for place, token in enumerate(tokens):
        if token.isspace():
            continue
        fixed = place in spans or is_negator(token) or is_copied(token, answer, stems)
        if is_word(token, more) and not negated and not fixed and not numbers(token):
            free.append(place)
        negated = is_negator(token)
    return free


def is_question(token: str) -> bool:
    """True for a word that says what is asked for."""
    return token.casefold() in QUESTIONS


def is_copied(token: str, answer: str, stems: set[str]) -> bool:
    """True for a word that the answer has too: the same, or one with the same beginning."""
    if WORD.fullmatch(token):
        return token.casefold()[:SAME_STEM_CHARS] in stems
    return token in answer


def answer_stems(answer: str) -> set[str]:
    """Return the beginnings of the answer's Latin words."""
    return {word.casefold()[:SAME_STEM_CHARS] for word in WORD.findall(answer)}


def covered(tokens: Sequence[str], phrases: Sequence[str]) -> set[int]:
    """Return the positions of the tokens that one of the phrases covers."""
    text = "".join(tokens)
    inside = {
        place
        for phrase in phrases
        for match in re.finditer(re.escape(phrase), text, re.IGNORECASE)
        for place in range(*match.span())
    }
    ends = list(accumulate(map(len, tokens)))
    return {
        place
        for place, (token, end) in enumerate(zip(tokens, ends, strict=True))
        if not inside.isdisjoint(range(end - len(token), end))
    }
