"""Tells which words of two texts differ: English by words, Chinese by characters."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import groupby
from typing import TypeAlias

HAN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
TOKEN = re.compile(rf"[{HAN}]|[^\W{HAN}]+|\s+|.", re.DOTALL)  # a Chinese character, a word, a mark
ALIKE = 0.3  # below it the marks would cover both texts and say nothing
MOST_PAIRS = 250_000  # tokens of one text times those of the other; more take too long
Flagged: TypeAlias = list[tuple[str, bool]]  # parts of a text in order, True where it differs


def changed_tokens(first: str, second: str) -> tuple[Flagged, Flagged] | None:
    """Return the tokens of both texts, True for those that the other lacks.

    None for texts that share less than 30 % of their words, or are long (some 250 English words or
    500 Chinese characters each).
    """
    ours, theirs = TOKEN.findall(first), TOKEN.findall(second)
    if len(ours) * len(theirs) > MOST_PAIRS:
        return None
    codes = SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes()
    shared = sum(_words(ours[code[1] : code[2]]) for code in codes if code[0] == "equal")
    if 2 * shared < ALIKE * (_words(ours) + _words(theirs)):
        return None
    changed = [code for code in codes if code[0] != "equal"]
    return (
        _flagged(ours, [(start, end) for _, start, end, _, _ in changed]),
        _flagged(theirs, [(start, end) for _, _, _, start, end in changed]),
    )


def joined(tokens: Flagged) -> Flagged:
    """Return tokens with neighbours of one flag made one part; empty ones are left out."""
    parts = groupby(tokens, key=lambda pair: pair[1])
    texts = [("".join(token for token, _ in part), flag) for flag, part in parts]
    return [(text, flag) for text, flag in texts if text]


def _words(tokens: Sequence[str]) -> int:
    """Return how many tokens are more than a space; spaces make no texts alike."""
    return sum(not token.isspace() for token in tokens)


def _flagged(tokens: Sequence[str], changed: Sequence[tuple[int, int]]) -> Flagged:
    """Return tokens with the changed ranges flagged, and a space between two of them too."""
    flags = [False] * len(tokens)
    for start, end in changed:
        flags[start:end] = [True] * (end - start)
    for place in range(1, len(tokens) - 1):
        if tokens[place].isspace() and flags[place - 1] and flags[place + 1]:
            flags[place] = True
    return list(zip(tokens, flags, strict=True))
